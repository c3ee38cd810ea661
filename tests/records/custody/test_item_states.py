"""Every act on a copy in every state: what leads where, and that all the rest is refused with its code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mingcha.base.errors import Conflict
from mingcha.records.accounts.models import Person
from mingcha.records.custody import actions as custody
from mingcha.records.custody.actions import Attestation, HandOverDraft
from mingcha.records.custody.models import Item
from mingcha.records.custody.states import TRANSITIONS, ItemAct, ItemState
from tests.records.custody.conftest import brought_to, gone, receiver, seal
from tests.support.office import AT, asker

LATE = AT + timedelta(days=40)

ACTS: dict[ItemAct, Callable[[Item, Person], object]] = {
    ItemAct.DOWNLOAD: lambda item, who: custody.download(item=item, asker=asker(who), at=AT),
    ItemAct.KEEP: lambda item, who: custody.keep_longer(
        item=item, until=AT + timedelta(days=90), reason="还没来取", actor=who, at=AT
    ),
    ItemAct.SEAL: lambda item, who: custody.seal_item(item=item, draft=seal(seal_number="S-2"), actor=who, at=AT),
    ItemAct.UNSEAL: lambda item, who: custody.unseal_item(item=item, reason="写错", actor=who, at=AT),
    ItemAct.ASK: lambda item, who: custody.ask_handover_approval(item=item, actor=who, at=AT),
    ItemAct.HAND_OVER: lambda item, who: custody.hand_over(
        item=item, draft=HandOverDraft(receiver()), actor=who, at=AT
    ),
    ItemAct.HAND_ON: lambda item, who: custody.hand_on(
        item=item, unit="江岸区检察院", name="何检察官", note="移送起诉", actor=who, at=AT
    ),
    ItemAct.TAKE_BACK: lambda item, who: custody.take_back(
        item=item, by_name="陈警官", by_unit="", seal_intact=True, draft=receiver(), actor=who, at=AT
    ),
    ItemAct.DESTROY: lambda item, who: custody.order_destruction(
        item=item, ending="done", note="", actor=who, at=AT
    ),
    ItemAct.ATTEST: lambda item, who: custody.attest_destruction(
        item=item, draft=Attestation("光盘已剪碎"), actor=who, at=AT
    ),
}  # fmt: skip
BY_ITSELF = {ItemAct.MAKE, ItemAct.EXPIRE, ItemAct.COPY_GONE, ItemAct.FINISH}


def test_every_act_is_tried() -> None:
    assert set(ACTS) | BY_ITSELF == set(ItemAct)


@pytest.mark.parametrize("state", list(ItemState))
@pytest.mark.parametrize("act", list(ACTS))
def test_an_act_leads_where_the_table_says_or_is_refused(
    item: Item, manager: Person, state: ItemState, act: ItemAct
) -> None:
    brought_to(state, item, manager)
    if state == ItemState.SEALED:
        custody.download(item=item, asker=asker(manager), at=AT)
    steps = item.steps.count()
    leads_to = TRANSITIONS.get((state, act))
    if leads_to is None:
        with pytest.raises(Conflict) as refused:
            ACTS[act](item, manager)
        assert refused.value.code == "item.state"
        item.refresh_from_db()
        assert (item.state, item.steps.count()) == (state, steps)
    else:
        ACTS[act](item, manager)
        item.refresh_from_db()
        assert item.state == leads_to


@pytest.mark.parametrize("state", list(ItemState))
def test_only_what_waits_expires(item: Item, manager: Person, state: ItemState) -> None:
    brought_to(state, item, manager)
    expired = custody.expire_items(at=LATE)
    item.refresh_from_db()
    assert expired == ((state, ItemAct.EXPIRE) in TRANSITIONS)
    assert item.state == TRANSITIONS.get((state, ItemAct.EXPIRE), state)


@pytest.mark.parametrize("state", [state for state in ItemState if state != ItemState.DESTROYED])
def test_the_recorder_may_say_at_any_time_that_its_copy_is_gone(item: Item, manager: Person, state: ItemState) -> None:
    brought_to(state, item, manager)
    if not item.has_left:
        custody.download(item=item, asker=asker(manager), at=AT)
    gone(item, reason="lifetime")
    assert item.state == TRANSITIONS[(state, ItemAct.COPY_GONE)]
    assert (item.copy_deleted_at, item.copy_deleted_why) == (AT, "lifetime")


def test_told_of_what_is_destroyed_already_the_office_changes_nothing(item: Item, manager: Person) -> None:
    brought_to("destroyed", item, manager)
    steps = item.steps.count()
    gone(item, reason="again")
    assert (item.state, item.steps.count(), item.copy_deleted_why) == ("destroyed", steps, "done")
