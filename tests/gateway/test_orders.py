"""The plan, revocations and connection tests."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.models import Session

from mingcha.base.keys import node_sealer
from mingcha.gateway.orders import carry_out_probe, compile_plan, end_unentitled, grants_to_revoke, push_plan
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import SiteFacts, add_camera, ask_probe, change_camera, remove_camera
from mingcha.records.inventory.models import Camera, Probe, Site
from mingcha.records.viewing.actions import close_viewing, open_live
from mingcha.records.viewing.models import Viewing
from mingcha.wire import plan
from tests.gateway.recorder import FakeRecorder
from tests.support.office import AT, LATER, asker, draft, words


def test_the_plan_is_the_inventory(camera: Camera) -> None:
    (order,) = compile_plan(AT).cameras
    assert (order.camera, order.name, order.audio_reason) == (camera.public_id, "东门", "")
    main, sub = order.streams
    assert (main.role, main.url, main.record) == ("main", "rtsp://10.0.0.2:554/main", True)
    assert (sub.role, sub.url, sub.record) == ("sub", "rtsp://10.0.0.2:554/sub", False)


def test_credentials_in_the_plan_are_sealed_for_their_camera(camera: Camera) -> None:
    (order,) = compile_plan(AT).cameras
    assert b"s3cret" not in plan.dump(compile_plan(AT))
    opened = node_sealer(settings.DATA_DIR).open(order.streams[0].credentials, camera.public_id)
    assert opened == "admin:s3cret"


def test_the_plan_survives_the_wire(camera: Camera) -> None:
    assert plan.load(plan.dump(compile_plan(AT))) == compile_plan(AT)


def test_sound_and_engine_reach_the_plan(camera: Camera, manager: Person) -> None:
    given = draft(audio_reason="消防值班", engine="pyav", transport="udp")
    change_camera(camera=camera, draft=given, actor=manager, at=LATER)
    (order,) = compile_plan(AT).cameras
    assert order.audio_reason == "消防值班"
    assert (order.streams[0].engine, order.streams[0].transport) == ("pyav", "udp")


def test_a_retired_camera_is_not_in_it_and_the_version_rises(camera: Camera, manager: Person) -> None:
    before = compile_plan(AT).version
    remove_camera(camera=camera, actor=manager, at=LATER)
    after = compile_plan(AT)
    assert after.cameras == ()
    assert after.version == before + 1


def test_viewings_of_those_who_left_are_ended_once(guard: Person, camera: Camera) -> None:
    open_live(asker=asker(guard), cameras=[camera], at=AT)
    assert end_unentitled(LATER) == 0
    Session.objects.all().delete()
    assert end_unentitled(LATER) == 1
    assert end_unentitled(LATER) == 0
    assert words()[-1] == "viewing.revoked"
    assert grants_to_revoke(LATER) == {Viewing.objects.get().grant}


def test_a_viewing_that_its_page_closed_is_revoked_too(guard: Person, camera: Camera) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=AT)
    close_viewing(viewing=viewing, actor=guard, at=LATER)
    assert grants_to_revoke(LATER) == {viewing.grant}


def test_a_probe_is_carried_out_and_its_password_dropped(recorder: FakeRecorder, manager: Person) -> None:
    given = draft(main_url="rtsp://u:pw@10.0.0.9/x", transport="udp", engine="pyav")
    probe = ask_probe(draft=given, camera=None, actor=manager, at=AT)
    recorder.probe_answer = {"ok": True, "codec": "h264", "width": 640, "height": 360, "fps": 25.0}
    carry_out_probe(recorder.client(), probe)
    expected = {"url": "rtsp://10.0.0.9/x", "username": "u", "password": "pw", "transport": "udp", "engine": "pyav"}
    assert recorder.told("/control/probe") == [expected]
    probe = Probe.objects.get()
    assert (probe.state, probe.result["width"], probe.credentials) == ("done", 640, "")


def test_a_probe_that_fails_keeps_the_code(recorder: FakeRecorder, manager: Person) -> None:
    probe = ask_probe(draft=draft(), camera=None, actor=manager, at=AT)
    recorder.probe_answer = {"ok": False, "code": "camera.unauthorised", "message": "no"}
    carry_out_probe(recorder.client(), probe)
    assert Probe.objects.get().result["code"] == "camera.unauthorised"


def test_a_probe_without_a_recorder_fails_with_a_code(recorder: FakeRecorder, manager: Person) -> None:
    probe = ask_probe(draft=draft(), camera=None, actor=manager, at=AT)
    recorder.failure = (500, b"")
    carry_out_probe(recorder.client(), probe)
    assert Probe.objects.get().result["code"] == "control.unavailable"


def test_only_cameras_in_use_are_in_the_plan(site: Site, manager: Person) -> None:
    for number, state in enumerate(("draft", "refused", "waiting", "in_use")):
        found = add_camera(site=site, draft=draft(f"相机 {number}"), actor=manager, at=AT)
        Camera.objects.filter(pk=found.pk).update(state=state)
    assert [order.name for order in compile_plan(AT).cameras] == ["相机 3"]


def test_sending_the_plan_judges_by_the_law_of_the_day(recorder: FakeRecorder, site: Site, manager: Person) -> None:
    facts = SiteFacts(region="420106", place="mall", installer="other")
    found = add_camera(site=site, draft=draft(), actor=manager, at=AT)
    Site.objects.filter(pk=site.pk).update(region=facts.region, place=facts.place, installer=facts.installer)
    push_plan(recorder.client(), AT)
    assert Camera.objects.get(pk=found.pk).state == "refused"
    assert words()[-2:] == ["camera.ruled_unlawful", "camera.judged_anew"]
    before = words()
    push_plan(recorder.client(), AT)
    assert words() == before
