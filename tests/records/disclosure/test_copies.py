"""A copy made under a grant can be downloaded while the grant stands, and not a moment longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.errors import Conflict
from mingcha.gateway.orders import end_unentitled, grants_to_revoke
from mingcha.records.accounts.models import Person
from mingcha.records.custody import actions as custody
from mingcha.records.custody.models import Item
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.models import Request
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.models import Entry
from mingcha.records.viewing.models import Viewing
from tests.records.custody.conftest import finished
from tests.records.disclosure.conftest import SPAN, granted
from tests.support.office import AT, LATER, asker, browser, last_entry


@pytest.fixture
def request_(beijing: Site, camera: Camera, guard: Person, manager: Person) -> Request:
    return granted(beijing, camera, guard, manager, mode="copy", case_number="2026-17")


@pytest.fixture
def item(request_: Request, camera: Camera, manager: Person) -> Item:
    desk = asker(manager)
    ordered = actions.open_granted(
        request=request_, kind="export", cameras=[camera], span=SPAN, asker=manager, session_key=desk.session_key, at=AT
    )
    return finished(ordered)


def test_it_belongs_to_the_request(item: Item, request_: Request) -> None:
    assert item.basis == request_.public_id
    assert request_.public_id in Entry.objects.get(act="item.made").refs


def test_a_download_rests_on_the_grant(item: Item, request_: Request, manager: Person) -> None:
    viewing = custody.download(item=item, asker=asker(manager, "authority", "x"), at=LATER)
    assert (viewing.basis, viewing.until_at) == (request_.public_id, request_.grant.until_at)
    fetched = Entry.objects.get(act="viewing.export_fetched")
    assert fetched.detail_fields["retriever_unit"] == "江岸分局"
    assert request_.public_id in fetched.refs
    assert last_entry().act == "item.downloaded"


def test_no_download_outlives_the_grant(item: Item, request_: Request, manager: Person) -> None:
    late = request_.grant.until_at - timedelta(seconds=30)
    viewing = custody.download(item=item, asker=asker(manager, "authority", "x"), at=late)
    assert viewing.expires_at == request_.grant.until_at
    end_unentitled(request_.grant.until_at)
    assert viewing.grant in grants_to_revoke(request_.grant.until_at)
    with pytest.raises(Conflict) as refused:
        custody.download(item=item, asker=asker(manager, "authority", "x"), at=request_.grant.until_at)
    assert refused.value.code == "item.grant_over"


def test_ending_the_grant_ends_downloads_even_after_the_order_was_closed(
    item: Item, request_: Request, manager: Person
) -> None:
    viewing = custody.download(item=item, asker=asker(manager, "authority", "x"), at=AT)
    Viewing.objects.filter(pk=item.export.viewing_id).update(ended_at=AT, end="closed")
    actions.end_grant(request=request_, reason="案件撤销", actor=manager, at=LATER)
    viewing.refresh_from_db()
    assert viewing.end == "grant_ended"
    with pytest.raises(Conflict) as refused:
        custody.download(item=item, asker=asker(manager, "authority", "x"), at=LATER)
    assert refused.value.code == "item.grant_over"
    assert item.downloads.count() == 1


def test_the_requests_page_leads_to_its_copies(item: Item, request_: Request, manager: Person) -> None:
    shown = browser(manager).get(f"/requests/{request_.public_id}/").content.decode()
    assert f"/copies/{item.public_id}/?receiver_unit=%E6%B1%9F" in shown
