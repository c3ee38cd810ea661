"""Opening and changing a site."""

from __future__ import annotations

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import change_site, open_site
from mingcha.records.inventory.models import Site, Unit
from tests.support.office import AT, LATER, last_entry


def test_the_first_site_brings_its_unit_and_the_second_shares_it(manager: Person) -> None:
    open_site(name="滨江商场", address="", actor=manager, at=AT, unit_name="滨江物业")
    open_site(name="停车场", address="", actor=manager, at=AT)
    assert [unit.name for unit in Unit.objects.all()] == ["滨江物业"]
    assert Unit.objects.get().sites.count() == 2
    assert last_entry().act == "site.opened"


def test_a_change_is_entered_with_before_and_after(site: Site, manager: Person) -> None:
    change_site(site=site, name="滨江广场", address="新址", actor=manager, at=LATER)
    assert last_entry().detail_fields["before"]["name"] == "滨江商场"
    assert Site.objects.get().name == "滨江广场"


def test_two_sites_do_not_share_a_name(site: Site, manager: Person) -> None:
    with pytest.raises(Conflict):
        open_site(name="滨江商场", address="", actor=manager, at=AT)
    other = open_site(name="别处", address="", actor=manager, at=AT)
    with pytest.raises(Conflict):
        change_site(site=other, name="滨江商场", address="", actor=manager, at=AT)


def test_an_empty_name_is_refused(manager: Person) -> None:
    with pytest.raises(Invalid):
        open_site(name=" ", address="", actor=manager, at=AT)


def test_a_guard_and_the_outsider_may_not(site: Site, guard: Person, outsider: Person) -> None:
    for actor in (guard, outsider):
        with pytest.raises(NotAllowed):
            open_site(name="x", address="", actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            change_site(site=site, name="x", address="", actor=actor, at=AT)
