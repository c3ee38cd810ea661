"""The demonstration: lawful where it says so, faulty where it says so, made once and only where nobody works yet."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from mingcha.base.datadir import DataDir
from mingcha.cli import demo_facts, demo_office
from mingcha.cli.demo_papers import PLAN_PX, paper, plan_picture
from mingcha.records.accounts import actions as accounts
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Role
from mingcha.records.custody.models import Item
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.personnel import queries as personnel
from mingcha.records.register.actions import CONSOLE
from mingcha.records.register.models import Entry
from mingcha.web.pages import owed
from tests.support.office import AT, PASSWORD, _office, key_dir  # noqa: F401


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path, store=tmp_path / "store")


def make(data: DataDir) -> None:
    demo_office.begin(data)
    for username, name, role in demo_office.people():
        if not Person.objects.filter(username=username).exists():
            person, _password = accounts.create_person(username=username, name=name, role=role, actor=CONSOLE, at=AT)
            accounts.set_own_password(person=person, password=PASSWORD, at=AT)
    demo_office.put_office(data, host="127.0.0.1", port=8554, login=("viewer", "x"), at=AT)


@pytest.fixture
def made(data: DataDir) -> DataDir:
    make(data)
    return data


def lines() -> list[owed.Line]:
    manager = Person.objects.get(username="manager")
    return owed.lines(manager, local_day(AT), list(inventory.sites(viewer=manager)))


def test_there_is_somebody_in_every_role(made: DataDir) -> None:
    assert set(Person.objects.values_list("role", flat=True)) == set(Role)


def test_the_lawful_sites_owe_nothing(made: DataDir) -> None:
    faulty = demo_facts.SITES[-1]
    names = {site.name for site in demo_facts.SITES if site.is_lawful}
    said = [line.text for line in lines()]
    assert said
    assert [text for text in said if any(name in text for name in names)] == []
    assert any(faulty.name in text for text in said)


def test_the_faulty_site_shows_each_of_its_faults(made: DataDir) -> None:
    found = {(line.area, line.is_overdue) for line in lines()}
    assert {("law", True), ("places", True), ("places", False), ("people", False), ("archive", False)} <= found
    assert ("signs", False) in found


def test_a_camera_in_the_changing_room_is_refused_and_not_recorded(made: DataDir) -> None:
    refused = Camera.objects.get(state="refused")
    assert refused.verdict == "prohibited"
    assert refused not in inventory.planned_cameras()
    assert Entry.objects.filter(act="camera.refused").exists()
    assert inventory.planned_cameras().count() == 7


def test_the_guard_may_watch_and_the_one_without_training_may_not(made: DataDir) -> None:
    sites, on = list(Site.objects.values_list("pk", flat=True)), local_day(AT)
    assert personnel.may_watch(Person.objects.get(username="guard"), sites, on)
    assert not personnel.may_watch(Person.objects.get(username=demo_facts.EXPIRED.username), sites[:1], on)


def test_everything_stands_in_the_register_as_made_at_the_console(made: DataDir) -> None:
    others = Entry.objects.exclude(act__startswith="person.").exclude(act="item.made")
    actors = set(others.values_list("actor", flat=True))
    assert actors == {"console"}
    assert set(Entry.objects.values_list("at", flat=True)) == {AT}


def test_a_second_time_adds_nothing(made: DataDir) -> None:
    before = Entry.objects.count()
    make(made)
    assert Entry.objects.count() == before


def test_a_start_that_was_broken_off_is_finished(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, person: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(demo_office._Maker, "put_posts", broken)
        with pytest.raises(KeyboardInterrupt):
            make(data)
    assert demo_office.is_wanted(data, refused=False, simulated=True)
    make(data)
    assert not demo_office.is_wanted(data, refused=False, simulated=True)
    assert personnel.appointments_of(Person.objects.get(username="guard")).exists()


def test_it_is_made_only_in_a_new_office_with_simulated_cameras(data: DataDir) -> None:
    assert demo_office.is_wanted(data, refused=False, simulated=True)
    assert not demo_office.is_wanted(data, refused=True, simulated=True)
    assert not demo_office.is_wanted(data, refused=False, simulated=False)
    accounts.create_person(username="somebody", name="某人", role="manager", actor=CONSOLE, at=AT)
    assert not demo_office.is_wanted(data, refused=False, simulated=True)


def test_nothing_of_a_later_day_is_told(made: DataDir) -> None:
    today = local_day(AT)
    for site in Site.objects.all():
        assert site.in_use_on is not None
        assert site.in_use_on <= today - timedelta(days=60)


@pytest.mark.parametrize("drawing", sorted({area.drawing for site in demo_facts.SITES for area in site.areas} - {""}))
def test_plans_are_small_pictures(drawing: str) -> None:
    content = plan_picture(drawing)
    assert len(content) < 40_000
    assert Image.open(BytesIO(content)).size == PLAN_PX


def test_papers_say_that_they_are_made_up() -> None:
    assert b"Made up; not a real document" in paper("agreement (draft)")
    assert paper("x").endswith(b"%%EOF\n")


def test_three_copies_show_where_copies_go(made: DataDir) -> None:
    states = dict(Item.objects.values_list("export__viewing__note", "state"))
    assert sorted(states.values()) == ["destroyed", "out", "waiting"]
    destroyed = Item.objects.get(state="destroyed")
    assert destroyed.copy_deleted_at is None, "no recorder ever said so"
    assert all("演示" in note for note in states)
