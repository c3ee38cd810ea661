"""Asking for a connection test."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.errors import Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import ask_probe, open_probe_credentials
from mingcha.records.inventory.models import Camera, Probe
from tests.support.office import AT, draft, last_entry


def test_it_waits_for_the_gateway_with_sealed_credentials(manager: Person) -> None:
    probe = ask_probe(draft=draft(main_url="rtsp://u:pw@10.0.0.9/x"), camera=None, actor=manager, at=AT)
    assert probe.state == "waiting"
    assert "pw" not in probe.url + probe.credentials
    assert open_probe_credentials(probe) == "u:pw"
    assert last_entry().act == "camera.tested"


def test_stored_credentials_serve_the_stored_address(manager: Person, camera: Camera) -> None:
    asked = draft(main_url=camera.main_url, username="admin", password="")
    probe = ask_probe(draft=asked, camera=camera, actor=manager, at=AT)
    assert open_probe_credentials(probe) == "admin:s3cret"


def test_stored_credentials_are_not_sent_to_another_host(manager: Person, camera: Camera) -> None:
    asked = draft(main_url="rtsp://10.66.6.6/main", username="admin", password="")
    probe = ask_probe(draft=asked, camera=camera, actor=manager, at=AT)
    assert "s3cret" not in open_probe_credentials(probe)


def test_old_tests_are_dropped(manager: Person) -> None:
    ask_probe(draft=draft(), camera=None, actor=manager, at=AT)
    ask_probe(draft=draft(), camera=None, actor=manager, at=AT + timedelta(hours=1))
    assert Probe.objects.count() == 1


def test_a_bad_address_is_refused(manager: Person) -> None:
    with pytest.raises(Invalid):
        ask_probe(draft=draft(main_url="nonsense"), camera=None, actor=manager, at=AT)


def test_a_guard_and_the_outsider_may_not(guard: Person, outsider: Person) -> None:
    for actor in (guard, outsider):
        with pytest.raises(NotAllowed):
            ask_probe(draft=draft(), camera=None, actor=actor, at=AT)
