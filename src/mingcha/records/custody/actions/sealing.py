"""Making a copy ready to leave: its medium and seal, who is to get it, and the second person's approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mingcha.base.errors import Invalid
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.actions.chain import add_step, enter_item, move, needed, require_act
from mingcha.records.custody.models import Item, ItemStep
from mingcha.records.custody.queries.items import approval_facts, item_name
from mingcha.records.custody.states import KEEP_MOST, NAME_LIMIT, SEAL_LIMIT, ItemAct, Medium
from mingcha.records.inventory.names import read_text
from mingcha.records.policies.actions import ask_approval
from mingcha.records.policies.models import Approval
from mingcha.records.policies.states import ApprovalKind
from mingcha.records.register.actions import Actor, act


@dataclass(frozen=True, slots=True)
class SealDraft:
    """On what it leaves, under which seal, to whom and for what. What goes by line bears no seal."""

    medium: str
    seal_number: str
    receiver_name: str
    purpose: str
    receiver_unit: str = ""


@act("item.sealed")
def seal_item(*, item: Item, draft: SealDraft, actor: Actor, at: datetime) -> Item:
    """Say on what a copy leaves, under which seal and to whom. Raises Conflict (``item.state``), Invalid
    (``item.medium``, ``item.seal_number``, ``item.seal_used``, ``item.receiver``, ``item.purpose``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.SEAL)
    if draft.medium not in Medium.values:
        raise Invalid("item.medium", "There is no such medium.")
    number = read_text(draft.seal_number, SEAL_LIMIT)
    if not number and draft.medium != Medium.LINE:
        raise Invalid("item.seal_number", "A medium is sealed, and the seal has a number.")
    if number and (_is_used(number)):
        raise Invalid("item.seal_used", "This seal was used before.", number=number)
    move(
        item,
        ItemAct.SEAL,
        medium=draft.medium,
        seal_number=number,
        receiver_name=needed(draft.receiver_name, "item.receiver", NAME_LIMIT),
        receiver_unit=read_text(draft.receiver_unit, NAME_LIMIT),
        purpose=needed(draft.purpose, "item.purpose"),
        sealed_at=at,
    )
    receiver = {"unit": item.receiver_unit, "name": item.receiver_name}
    add_step(item, ItemAct.SEAL, actor, at, medium=item.medium, seal_number=number, **receiver)
    enter_item(item, actor, at, approval_facts(item))
    return item


@act("item.unsealed")
def unseal_item(*, item: Item, reason: str, actor: Actor, at: datetime) -> Item:
    """Open the seal again before anything was handed over; an approval given for it no longer fits. Raises Conflict
    (``item.state``), Invalid (``item.reason``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.UNSEAL)
    why, number = needed(reason, "item.reason"), item.seal_number
    empty: dict[str, object] = {"medium": "", "seal_number": "", "receiver_unit": "", "receiver_name": ""}
    move(item, ItemAct.UNSEAL, sealed_at=None, **empty)
    add_step(item, ItemAct.UNSEAL, actor, at, note=why, seal_number=number)
    enter_item(item, actor, at, {"why": why, "seal_number": number})
    return item


@act("item.kept")
def keep_longer(*, item: Item, until: datetime, reason: str, actor: Actor, at: datetime) -> Item:
    """Let a copy wait longer for whoever is to fetch it. Raises Conflict (``item.state``), Invalid (``item.until``,
    ``item.reason``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.KEEP)
    why = needed(reason, "item.reason")
    if not item.unclaimed_until < until <= at + KEEP_MOST:
        raise Invalid("item.until", "Later than now set, and at most a year.", days=KEEP_MOST.days)
    before = item.unclaimed_until
    move(item, ItemAct.KEEP, unclaimed_until=until)
    add_step(item, ItemAct.KEEP, actor, at, note=why)
    enter_item(item, actor, at, {"why": why, "was_until": before.isoformat(), "unclaimed_until": until.isoformat()})
    return item


def ask_handover_approval(*, item: Item, actor: Person, at: datetime) -> Approval:
    """Ask a second person to approve exactly this hand-over; the act is the policies' own. Raises Conflict
    (``item.state``, ``item.nothing_downloaded``, ``approval.asked``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.ASK)
    return ask_approval(
        kind=ApprovalKind.ITEM_HANDOVER,
        subject=item.public_id,
        subject_name=item_name(item),
        actor=actor,
        facts=approval_facts(item),
        at=at,
    )


def _is_used(number: str) -> bool:
    return ItemStep.objects.filter(seal_number=number).exists()
