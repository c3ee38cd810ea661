"""The map: who sees it, what it tells, and that it hears when nothing changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from mingcha.base.errors import Invalid
from mingcha.records.accounts.models import Person
from mingcha.records.files.actions import put_file
from mingcha.records.files.states import Kind
from mingcha.records.inventory.models import Area, Camera, CameraStatus, Site
from mingcha.records.inventory.states import CameraLife, CameraState
from mingcha.records.register.actions import CONSOLE
from mingcha.web.pages import map_base
from tests.support.office import AT, browser

E7 = 10_000_000
LAT, LON = 30.58 * E7, 114.30 * E7


@pytest.fixture
def placed(camera: Camera) -> Camera:
    """The camera at a place of its own, recording."""
    Camera.objects.filter(pk=camera.pk).update(lat_e7=LAT, lon_e7=LON, gb_code="42010600001320000001")
    Camera.objects.filter(pk=camera.pk).update(state=CameraLife.IN_USE)
    CameraStatus.objects.create(camera=camera, state=CameraState.LIVE, since=AT, seen_at=AT)
    camera.refresh_from_db()
    return camera


@pytest.fixture
def area(site: Site, camera: Camera) -> Area:
    """An area with a plan, on which the camera stands."""
    picture = ContentFile(b"", name="plan.png")
    Image.new("RGB", (40, 30), "white").save(picture.file, "PNG")
    plan = put_file(upload=picture, kinds=(Kind.PNG,), actor=CONSOLE, at=AT)
    found = Area.objects.create(
        site=site, name="一层大厅", plan=plan, plan_width_px=40, plan_height_px=30, plan_mm_per_px=500, created_at=AT
    )
    Camera.objects.filter(pk=camera.pk).update(area=found, plan_x_permille=250, plan_y_permille=500, bearing_cdeg=9000)
    return found


def config_of(page: str) -> dict[str, Any]:
    text = page.split('<script id="island-config" type="application/json">')[1].split("</script>")[0]
    config: dict[str, Any] = json.loads(text)
    return config


def test_a_stranger_sees_no_map() -> None:
    assert browser().get("/map/").status_code == 302
    assert browser().get("/api/map/cameras").status_code == 401


def test_a_role_that_may_not_see_cameras_gets_nothing(guard: Person, placed: Camera) -> None:
    Person.objects.filter(pk=guard.pk).update(role="officer")
    client = browser(Person.objects.get(pk=guard.pk))
    for path in ("/map/", "/api/map/cameras", "/api/map/states", f"/api/map/cameras/{placed.public_id}"):
        assert client.get(path).status_code == 403


def test_the_page_lists_the_sites_for_those_who_do_not_see_the_drawing(guard: Person, placed: Camera) -> None:
    page = browser(guard).get("/map/").content.decode()
    assert "滨江商场" in page
    assert config_of(page)["mode"] == "overview"


def test_a_camera_is_told_with_its_place_and_mark(guard: Person, placed: Camera) -> None:
    answer = browser(guard).get("/api/map/cameras").json()
    row = answer["cameras"][0]
    assert row[:7] == [placed.public_id, placed.name, "滨江商场", placed.gb_code, int(LAT), int(LON), "live"]
    assert row[7] is False
    assert answer["next"] is None


def test_a_camera_without_a_place_stands_at_its_site(guard: Person, camera: Camera, site: Site) -> None:
    assert browser(guard).get("/api/map/cameras").json()["cameras"] == []
    Site.objects.filter(pk=site.pk).update(lat_e7=LAT, lon_e7=LON)
    row = browser(guard).get("/api/map/cameras").json()["cameras"][0]
    assert (row[4], row[5], row[7]) == (LAT, LON, True)


def test_pages_follow_each_other_until_the_last(
    guard: Person, placed: Camera, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingcha.web.pages.map_rows.PAGE", 2)
    for number in range(4):
        Camera.objects.create(site=site, name=f"C{number}", main_url="rtsp://x/", added_at=AT, lat_e7=1, lon_e7=1)
    seen, after = [], ""
    for _ in range(4):
        answer = browser(guard).get(f"/api/map/cameras?after={after}").json()
        seen += [row[0] for row in answer["cameras"]]
        after = answer["next"]
        if after is None:
            break
    assert sorted(seen) == sorted(Camera.objects.values_list("public_id", flat=True))


def test_it_hears_that_nothing_changed(guard: Person, placed: Camera) -> None:
    client = browser(guard)
    first = client.get("/api/map/states")
    again = client.get("/api/map/states", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    CameraStatus.objects.update(state=CameraState.LOST)
    changed = client.get("/api/map/states", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.json()["marks"]["lost"] == [placed.public_id]


@pytest.mark.parametrize(
    ("life", "state", "mark"),
    [
        (CameraLife.IN_USE, CameraState.STALLED, "stalled"),
        (CameraLife.IN_USE, CameraState.CONNECTING, "silent"),
        (CameraLife.REFUSED, CameraState.LIVE, "unlawful"),
        (CameraLife.WAITING, CameraState.LIVE, "draft"),
        (CameraLife.DRAFT, CameraState.LOST, "draft"),
    ],
)
def test_the_law_comes_before_the_recorder(
    guard: Person, placed: Camera, life: CameraLife, state: CameraState, mark: str
) -> None:
    Camera.objects.update(state=life)
    CameraStatus.objects.update(state=state)
    assert browser(guard).get("/api/map/states").json()["marks"][mark] == [placed.public_id]


def test_a_card_says_state_and_reason_and_leads_on(guard: Person, placed: Camera) -> None:
    CameraStatus.objects.update(state=CameraState.LOST, reason="camera.refused")
    card = browser(guard).get(f"/api/map/cameras/{placed.public_id}").json()
    assert card["mark"] == "lost"
    assert card["why"] not in ("", "camera.refused")
    assert card["since_us"] == int(AT.timestamp() * 1_000_000)
    assert placed.public_id in card["urls"]["live"]


def test_a_card_of_nobody_is_unknown(guard: Person) -> None:
    assert browser(guard).get("/api/map/cameras/cam_0000000000000000").status_code == 404


def test_a_plan_shows_its_cameras_and_its_picture(guard: Person, area: Area) -> None:
    client = browser(guard)
    page = client.get(f"/map/areas/{area.public_id}/").content.decode()
    config = config_of(page)
    assert (config["mode"], config["plan"]["widthPx"], config["arrangeUrl"]) == ("plan", 40, None)
    row = client.get(f"/api/map/cameras?area={area.public_id}").json()["cameras"][0]
    assert (row[3], row[4], row[6]) == (250, 500, 9000)
    picture = client.get(config["plan"]["url"])
    assert picture.headers["Content-Type"] == "image/png"
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    picture.close()


def test_an_area_without_a_plan_is_unknown(guard: Person, site: Site) -> None:
    bare = Area.objects.create(site=site, name="地下室", created_at=AT)
    assert browser(guard).get(f"/map/areas/{bare.public_id}/").status_code == 404


def test_the_map_asks_the_database_as_often_for_many_sites_as_for_one(manager: Person, site: Site) -> None:
    client = browser(manager)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/map/").status_code == 200
        return len(queries)

    asked()  # the first request of a session is also counted, seen and remembered
    once = asked()
    for number in range(20):
        one = Site.objects.create(unit=site.unit, name=f"S{number}", created_at=AT)
        Camera.objects.create(site=one, name="C", main_url="rtsp://x/", added_at=AT)
    assert asked() == once


def test_the_operators_ground_is_read_and_reduced(guard: Person, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    path = map_base.path_of(tmp_path)
    path.parent.mkdir()
    line = {"type": "LineString", "coordinates": [[114.3, 30.58], [114.31, 30.59]]}
    ring = [[[114, 30], [115, 30], [115, 31], [114, 30]]]
    features = [
        {"type": "Feature", "properties": {"name": "江"}, "geometry": line},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": ring}},
        {
            "type": "Feature",
            "properties": {"name": "武昌"},
            "geometry": {"type": "Point", "coordinates": [114.3, 30.5]},
        },
        {"type": "Feature", "properties": {}, "geometry": None},
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    found = browser(guard).get("/api/map/base").json()
    assert found["lines"] == [[1143000000, 305800000, 1143100000, 305900000]]
    assert len(found["areas"]) == 1
    assert found["names"] == [[1143000000, 305000000, "武昌"]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"type":"FeatureCollection"}',
        '{"type":"LineString","coordinates":[[1],[2]]}',
        '{"type":"LineString","coordinates":[[500,1],[2,2]]}',
        '{"type":"LineString","coordinates":[[NaN,1],[2,2]]}',
        '{"type":"Polygon","coordinates":7}',
        "[" * 5000,
    ],
)
def test_a_ground_that_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    path = map_base.path_of(tmp_path)
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        map_base.load(tmp_path)
    assert refused.value.code == "map.base_shape"


def test_a_ground_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = map_base.path_of(tmp_path)
    path.parent.mkdir()
    path.write_text("x" * 100, encoding="utf-8")
    monkeypatch.setattr(map_base, "SIZE_LIMIT_BYTES", 50)
    with pytest.raises(Invalid) as refused:
        map_base.load(tmp_path)
    assert refused.value.code == "map.base_size"
