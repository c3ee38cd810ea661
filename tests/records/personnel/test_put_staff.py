"""The posts of a demonstration: made by acts, once, and named for what they are."""

from __future__ import annotations

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.personnel.actions import Place, end_appointment, put_staff
from mingcha.records.personnel.models import EntryCheck, PoliceFiling
from mingcha.records.personnel.queries import may_watch
from mingcha.records.personnel.states import PostKind
from mingcha.records.register.actions import CONSOLE
from tests.records.personnel.conftest import TODAY
from tests.support.office import AT, words


def test_everybody_gets_a_lawful_post_and_a_second_run_changes_nothing(
    manager: Person, guard: Person, wuhan: Site
) -> None:
    places = [Place(manager, PostKind.MANAGEMENT, "管理岗"), Place(guard, PostKind.MONITORING, "监看岗")]
    made = put_staff(site=wuhan, places=places, source="演示数据", actor=CONSOLE, at=AT)
    assert [appointment.person for appointment in made] == [manager, guard]
    assert may_watch(guard, {wuhan.pk}, TODAY)
    assert may_watch(manager, {wuhan.pk}, TODAY)
    assert words().count("appointment.made") == 2
    assert {line.checked_by for line in EntryCheck.objects.all()} == {"演示数据"}
    # Management staff need no filing; the law did not ask, so nothing was made up.
    assert [line.person for line in PoliceFiling.objects.all()] == [guard]
    before = words()
    assert put_staff(site=wuhan, places=places, source="演示数据", actor=CONSOLE, at=AT) == []
    assert words() == before


def test_what_people_ended_stays_ended(manager: Person, guard: Person, wuhan: Site) -> None:
    places = [Place(guard, PostKind.MONITORING, "监看岗")]
    (made,) = put_staff(site=wuhan, places=places, source="演示数据", actor=CONSOLE, at=AT)
    end_appointment(appointment=made, reason="不再演示", actor=manager, at=AT)
    assert put_staff(site=wuhan, places=places, source="演示数据", actor=CONSOLE, at=AT) == []
    assert not may_watch(guard, {wuhan.pk}, TODAY)
