"""Taking in a whole site, and writing it out again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import SiteFacts, open_site
from mingcha.records.inventory.actions.imports import PARKED_FOR, apply_import, check_import, export_site
from mingcha.records.inventory.actions.probes import open_credentials
from mingcha.records.inventory.exchange.writing import csv_file, xlsx_file
from mingcha.records.inventory.jobs import ParkedImport
from mingcha.records.inventory.models import Area, Camera, DeviceModel, Site
from mingcha.records.register.models import Entry
from tests.support.office import AT, LATER, last_entry, words

WHOLE = """[场所]
场所名称,行政区划,场所类型,纬度,经度,坐标系
武昌商场,420106,商贸中心,30.5413,114.3162,GCJ-02
[区域]
区域名称,区域类型,楼层
大厅,大厅,1F
卫生间,卫生间,1F
[设备型号]
厂商,型号,认证证书编号
某某,IPC-1,2025-1
[摄像机]
名称,区域,主码流地址,用户名,密码,厂商,型号,国标编码,必要性说明,纬度,经度,坐标系,安装高度,朝向
东门,大厅,rtsp://10.0.0.1/1,admin,pw1,某某,IPC-1,42010600001320000001,看护东门,30.5413,114.3163,WGS-84,3.2,135
西门,大厅,rtsp://u:p%40w@10.0.0.2/1,,,,,,看护西门,,,,,
厕所,卫生间,rtsp://10.0.0.3/1,,,,,,看护,,,,,
"""


def check(text: str | bytes, person: Person, site: Site | None = None, name: str = "a.csv") -> ParkedImport:
    data = text.encode() if isinstance(text, str) else text
    return check_import(name=name, data=data, site=site, actor=person, at=AT)


def counts(parked: ParkedImport) -> tuple[int, ...]:
    found = parked.preview["counts"]
    return tuple(found[name] for name in ("new", "changed", "unchanged", "refused"))


def take(parked: ParkedImport, person: Person, *, only_good: bool = False) -> dict[str, int]:
    return apply_import(parked=parked, only_good=only_good, actor=person, at=LATER)


def problems(parked: ParkedImport) -> list[tuple[str, int, str, str]]:
    return [
        (row["table"], row["number"], column, code)
        for row in parked.preview["rows"]
        for column, code, _params in row["problems"]
    ]


def test_a_preview_changes_nothing_and_says_everything(manager: Person) -> None:
    parked = check(WHOLE, manager)
    assert counts(parked) == (6, 0, 0, 1)
    assert problems(parked) == [("cameras", 15, "area", "camera.prohibited")]
    refused = parked.preview["rows"][-1]
    assert refused["citations"][0]["instrument"] == "cn-2025-799"
    assert [row["verdict"] for row in parked.preview["rows"][-3:]] == ["mandatory", "mandatory", "prohibited"]
    assert not Site.objects.exists()
    assert not Camera.objects.exists()
    assert words()[-1] == "inventory.import_checked"


def test_one_refused_row_stops_all_unless_the_good_are_wanted(manager: Person) -> None:
    parked = check(WHOLE, manager)
    with pytest.raises(Conflict) as refused:
        take(parked, manager)
    assert refused.value.code == "exchange.refused_rows"
    assert not Site.objects.exists()
    assert take(ParkedImport.objects.get(), manager, only_good=True)["new"] == 6
    assert sorted(Camera.objects.values_list("name", flat=True)) == ["东门", "西门"]
    assert not ParkedImport.objects.exists()


def test_what_was_taken_in_is_all_there(manager: Person) -> None:
    take(check(WHOLE, manager), manager, only_good=True)
    camera = Camera.objects.select_related("area", "device_model", "site").get(name="东门")
    assert (camera.site.place, camera.area and camera.area.kind) == ("mall", "lobby")
    assert (camera.device_model and camera.device_model.certificate_number, camera.state) == ("2025-1", "in_use")
    assert (camera.height_cm, camera.bearing_cdeg, camera.gb_code) == (320, 13500, "42010600001320000001")
    assert (camera.lat_e7, camera.datum_given, camera.position_error_cm) == (305_413_000, "wgs84", 100)
    assert open_credentials(camera) == "admin:pw1"
    west = Camera.objects.get(name="西门")
    assert (west.main_url, open_credentials(west)) == ("rtsp://10.0.0.2/1", "u:p@w")


def test_the_register_has_one_entry_for_the_file_and_one_for_each_thing(manager: Person) -> None:
    parked = check(WHOLE, manager)
    before = Entry.objects.count()
    take(parked, manager, only_good=True)
    assert words()[before:] == [
        *("site.opened", "area.added", "area.added", "device_model.added", "camera.added", "camera.added"),
        "inventory.imported",
    ]
    entry = last_entry()
    detail = entry.detail_fields
    assert detail["sha256"] == parked.sha256
    assert detail["rows"] == {"new": 6, "changed": 0, "unchanged": 0, "refused": 1}
    assert detail["refused_rows"][0]["code"] == "camera.prohibited"
    assert entry.subject == Site.objects.get().public_id
    assert not [one for one in Entry.objects.all() if "pw1" in one.detail or "p@w" in one.detail]


def test_passwords_of_a_waiting_file_are_sealed_and_never_shown(manager: Person) -> None:
    parked = check(WHOLE, manager)
    assert "pw1" not in parked.content
    assert "pw1" not in str(parked.preview)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_taking_in_again_what_was_written_out_changes_nothing(manager: Person, form: str, language: str) -> None:
    take(check(WHOLE, manager), manager, only_good=True)
    site = Site.objects.get()
    rows = export_site(site=site, form=form, actor=manager, at=LATER)
    assert words()[-1] == "inventory.exported"
    data = csv_file(rows, language) if form == "csv" else xlsx_file(rows, language, AT)
    assert b"pw1" not in data
    again = check(data, manager, name=f"a.{form}")
    assert [row for row in again.preview["rows"] if row["status"] != "unchanged"] == []
    assert counts(again) == (0, 0, 6, 0)
    assert again.preview["ignored_columns"] == []


def test_a_changed_file_changes_only_what_differs(manager: Person) -> None:
    take(check(WHOLE, manager), manager, only_good=True)
    camera = Camera.objects.get(name="东门")
    text = f"编号,名称,主码流\n{camera.public_id},东大门,rtsp://10.0.0.1/1\n"
    parked = check(text.replace("编号", "摄像机编号"), manager)
    (row,) = parked.preview["rows"]
    assert (row["status"], row["changes"]) == ("changed", [["name", "东门", "东大门"]])
    before = Entry.objects.count()
    take(parked, manager)
    assert words()[before:] == ["camera.changed", "inventory.imported"]
    changed = Camera.objects.get(pk=camera.pk)
    assert (changed.name, changed.gb_code, open_credentials(changed)) == ("东大门", camera.gb_code, "admin:pw1")


def test_a_missing_column_keeps_and_an_empty_cell_empties(manager: Person) -> None:
    take(check(WHOLE, manager), manager, only_good=True)
    text = "[cameras]\nsite,name,main_url,gb_code\n武昌商场,东门,rtsp://10.0.0.1/1,\n"
    take(check(text, manager), manager)
    camera = Camera.objects.get(name="东门")
    assert (camera.gb_code, camera.height_cm, camera.area and camera.area.name) == ("", 320, "大厅")


def test_a_budget_comes_in_goes_out_and_is_taken_away_again(manager: Person, mall: Site) -> None:
    head = "名称,主码流,存储配额（GB）\n"
    take(check(head + "a,rtsp://h/1,500\nb,rtsp://h/2,\n", manager, mall), manager)
    assert dict(Camera.objects.values_list("name", "budget_gb")) == {"a": 500, "b": None}
    written = csv_file(export_site(site=mall, form="csv", actor=manager, at=LATER), "zh")
    assert ",500," in written.decode("utf-8-sig")
    assert counts(check(written, manager, mall))[1:] == (0, 3, 0), "site and two cameras as before"
    assert counts(check("名称,主码流\na,rtsp://h/1\n", manager, mall)) == (0, 0, 1, 0), "no column keeps it"
    parked = check(head + "a,rtsp://h/1,\nb,rtsp://h/2,0\n", manager, mall)
    assert counts(parked) == (0, 1, 1, 0), "0 is none, as an empty cell is"
    take(parked, manager)
    assert set(Camera.objects.values_list("budget_gb", flat=True)) == {None}


def test_the_address_that_turns_a_camera_comes_in_and_goes_out(manager: Person, mall: Site) -> None:
    head = "名称,主码流,云台控制地址\n"
    take(check(head + "a,rtsp://h/1,h\n", manager, mall), manager)
    assert Camera.objects.get().control_url == "http://h/onvif/device_service"
    written = csv_file(export_site(site=mall, form="csv", actor=manager, at=LATER), "zh")
    assert counts(check(written, manager, mall)) == (0, 0, 2, 0), "site and camera as before"
    refused = check(head + "a,rtsp://h/1,http://u:p@h/\n", manager, mall)
    assert problems(refused) == [("cameras", 2, "control_url", "camera.control_url")]
    take(check(head + "a,rtsp://h/1,\n", manager, mall), manager)
    assert Camera.objects.get().control_url == ""


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("viel", "exchange.number"),
        ("1.5", "exchange.whole"),
        ("-3", "camera.position"),
        ("1000001", "exchange.number"),
        ("500GB", "exchange.number"),
    ],
)
def test_a_budget_that_is_none_is_refused_at_its_column(manager: Person, mall: Site, said: str, code: str) -> None:
    parked = check(f"名称,主码流,Budget (GB)\na,rtsp://h/1,{said}\n", manager, mall)
    assert problems(parked) == [("cameras", 2, "budget_gb", code)]


def test_the_same_password_is_no_change_and_another_is(manager: Person) -> None:
    take(check(WHOLE, manager), manager, only_good=True)
    text = "场所,名称,主码流,用户名,密码\n武昌商场,东门,rtsp://10.0.0.1/1,admin,{}\n"
    assert counts(check(text.format("pw1"), manager)) == (0, 0, 1, 0)
    parked = check(text.format("pw2"), manager)
    assert parked.preview["rows"][0]["changes"] == [["password", None, True]]
    take(parked, manager)
    assert open_credentials(Camera.objects.get(name="东门")) == "admin:pw2"


def test_rows_without_a_site_go_to_the_one_chosen(manager: Person, mall: Site) -> None:
    text = "名称,主码流\n东门,rtsp://10.0.0.1/1\n"
    assert problems(check(text, manager)) == [("cameras", 2, "site", "exchange.no_site")]
    take(check(text, manager, mall), manager)
    assert Camera.objects.get().site == mall


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("场所没有,a,rtsp://h/1,,,,", "site", "exchange.unknown_site"),
        (",a,rtsp://h/1,没有,,,", "area", "exchange.unknown_area"),
        (",a,rtsp://h/1,,没有,X,", "model", "exchange.unknown_model"),
        (",a,rtsp://h/1,,,,没有", "operator", "exchange.unknown_contractor"),
        (",,rtsp://h/1,,,,", "name", "camera.name_empty"),
        (",a,http://h/1,,,,", "main_url", "camera.url"),
        (",a,,,,,", "main_url", "camera.url"),
    ],
)
def test_each_refusal_names_row_and_column(manager: Person, mall: Site, row: str, column: str, code: str) -> None:
    text = f"场所,名称,主码流,区域,厂商,型号,受托运营单位\n{row}\n"
    assert problems(check(text, manager, mall)) == [("cameras", 2, column, code)]


def test_codes_and_names_are_unique_within_a_file_too(manager: Person, mall: Site) -> None:
    text = "名称,主码流,国标编码\na,rtsp://h/1,42010600001320000001\nb,rtsp://h/2,42010600001320000001\n"
    assert problems(check(text, manager, mall)) == [("cameras", 3, "gb_code", "camera.gb_code_taken")]
    text = "名称,主码流\na,rtsp://h/1\na,rtsp://h/2\n"
    assert problems(check(text, manager, mall)) == [("cameras", 3, "name", "exchange.twice")]
    text = "[场所]\n名称\n甲\n甲\n"
    assert problems(check(text, manager)) == [("sites", 4, "name", "exchange.twice")]


def test_ids_of_another_site_and_of_nothing_are_refused(manager: Person, camera: Camera, mall: Site) -> None:
    text = f"摄像机编号,场所,名称,主码流\n{camera.public_id},武昌商场,x,rtsp://h/1\ncam_nothing,,y,rtsp://h/1\n"
    assert problems(check(text, manager)) == [
        ("cameras", 2, "site", "exchange.other_site"),
        ("cameras", 3, "id", "exchange.unknown_id"),
    ]


def test_a_retired_camera_is_not_brought_back(manager: Person, camera: Camera, site: Site) -> None:
    from mingcha.records.inventory.actions import remove_camera

    remove_camera(camera=camera, actor=manager, at=AT)
    text = f"摄像机编号,名称,主码流\n{camera.public_id},东门,rtsp://h/1\n"
    assert problems(check(text, manager, site)) == [("cameras", 2, "id", "exchange.unknown_id")]


def test_moving_a_camera_asks_for_what_the_law_asks(manager: Person, put: Callable[..., Camera], mall: Site) -> None:
    put(mall, "东门", area=Area.objects.create(site=mall, name="甲", created_at=AT))
    Area.objects.create(site=mall, name="乙", created_at=AT)
    text = "名称,主码流,区域\n东门,rtsp://10.0.0.2:554/main,乙\n"
    assert problems(check(text, manager, mall)) == [("cameras", 2, "", "camera.replacement_plan")]


def test_an_inventory_changed_meanwhile_is_looked_at_anew(manager: Person, mall: Site) -> None:
    parked = check("名称,主码流\na,rtsp://h/1\n", manager, mall)
    other = check_import(name="b.csv", data="名称,主码流\na,rtsp://h/9\n".encode(), site=mall, actor=manager, at=AT)
    take(other, manager)
    parked.save(force_insert=True)
    with pytest.raises(Conflict) as refused:
        take(ParkedImport.objects.get(), manager)
    assert refused.value.code == "exchange.stale"
    assert Camera.objects.get().main_url == "rtsp://h/9"
    assert counts(ParkedImport.objects.get()) == (0, 1, 0, 0)


def test_an_import_is_taken_in_once(manager: Person, mall: Site) -> None:
    parked = check("名称,主码流\na,rtsp://h/1\n", manager, mall)
    kept = ParkedImport.objects.get()
    take(parked, manager)
    with pytest.raises(Conflict) as refused:
        take(kept, manager)
    assert refused.value.code == "exchange.gone"


def test_waiting_files_are_forgotten_after_an_hour(manager: Person, mall: Site, clerk: Person) -> None:
    check("名称,主码流\na,rtsp://h/1\n", manager, mall)
    from tests.support.office import make_person

    other = make_person("second", "乙", "manager")
    check_import(
        name="x.csv",
        data="名称,主码流\na,rtsp://h/1\n".encode(),
        site=mall,
        actor=other,
        at=AT + 2 * PARKED_FOR,
    )
    assert ParkedImport.objects.get().person == other


def test_who_may_not_manage_cameras_takes_nothing_in_or_out(
    guard: Person, outsider: Person, clerk: Person, mall: Site
) -> None:
    for person in (guard, outsider, clerk):
        with pytest.raises(NotAllowed):
            check(WHOLE, person)
        with pytest.raises(NotAllowed):
            export_site(site=mall, form="csv", actor=person, at=AT)
    assert not ParkedImport.objects.exists()


def test_who_may_manage_cameras_but_no_sites_adds_cameras_only(maintainer: Person, mall: Site) -> None:
    parked = check(WHOLE.replace("武昌商场", "别处"), maintainer)
    assert {(code, table) for table, _row, _column, code in problems(parked)} >= {("permission.missing", "sites")}
    take(check("名称,主码流,必要性说明\na,rtsp://h/1,看护\n", maintainer, mall), maintainer)
    assert Camera.objects.get().state == "in_use"


def test_a_file_that_is_none_leaves_nothing(manager: Person) -> None:
    with pytest.raises(Invalid):
        check(b"\x00", manager)
    assert not ParkedImport.objects.exists()


def big(count: int) -> str:
    lines = ["名称,主码流,厂商,型号,国标编码,纬度,经度,坐标系,必要性说明"]
    for n in range(count):
        lines.append(
            f"点位{n:04d},rtsp://10.0.{n // 250}.{n % 250 + 1}/1,某某,IPC-1,4201060000132{n + 1:07d},"
            f"30.54{n:05d},114.31{n:05d},GCJ-02,看护"
        )
    return "[设备型号]\n厂商,型号\n某某,IPC-1\n[摄像机]\n" + "\n".join(lines) + "\n"


def test_three_hundred_cameras_go_in_and_come_out_unchanged(manager: Person, mall: Site) -> None:
    began = time.perf_counter()
    parked = check(big(300), manager, mall)
    checked = time.perf_counter()
    assert counts(parked) == (301, 0, 0, 0)
    take(parked, manager)
    taken = time.perf_counter()
    print(f"\n300 cameras: checked in {checked - began:.2f} s, taken in in {taken - checked:.2f} s")
    assert Camera.objects.filter(state="in_use").count() == 300
    rows: Any = export_site(site=mall, form="csv", actor=manager, at=LATER)
    assert counts(check(csv_file(rows, "zh"), manager)) == (0, 0, 302, 0)
    assert DeviceModel.objects.count() == 1


def test_a_site_the_law_was_not_told_about_takes_cameras_unjudged(manager: Person) -> None:
    open_site(name="无名", address="", actor=manager, at=AT, facts=SiteFacts())
    parked = check("场所,名称,主码流\n无名,a,rtsp://h/1\n", manager)
    assert (counts(parked), parked.preview["rows"][0]["verdict"]) == ((1, 0, 0, 0), "")


def test_a_camera_that_may_be_there_already_is_pointed_out_and_taken(manager: Person, mall: Site) -> None:
    text = (
        "名称,主码流,纬度,经度,坐标系\na,rtsp://h/1,30.5,114.3,CGCS2000\n"
        "b,rtsp://h/1,30.6,114.3,CGCS2000\nc,rtsp://h/3,30.500002,114.300002,CGCS2000\nd,rtsp://h/4,30.50001,114.3,CGCS2000\n"
    )
    parked = check(text, manager, mall)
    hints = [[(code, params["name"]) for _column, code, params in row["hints"]] for row in parked.preview["rows"]]
    assert hints == [[], [("exchange.same_stream", "a")], [("exchange.same_place", "a")], []]
    assert take(parked, manager)["new"] == 4
