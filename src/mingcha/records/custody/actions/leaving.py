"""A copy leaves the house, is handed on by whoever has it, and comes back. Each step is signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.actions.chain import add_step, enter_item, move, needed, require_act, seal_paper_number
from mingcha.records.custody.actions.fetching import end_downloads
from mingcha.records.custody.models import Item, ItemStep
from mingcha.records.custody.queries.items import approval_facts, site_of, standing_approval, wants_approval
from mingcha.records.custody.states import CERTIFICATES, NAME_LIMIT, OTHER_PAPER, ItemAct
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.states import PICTURES
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.names import read_text
from mingcha.records.policies.actions import use_approval
from mingcha.records.policies.models import Approval
from mingcha.records.register.actions import Actor, act

NUMBER_LIMIT = 60


@dataclass(frozen=True, slots=True)
class ReceiverDraft:
    """What whoever receives it showed, and how they signed: drawn on the screen, or by name where nothing could be
    drawn. `paper`: a code of the law's vocabulary, ``other_paper``, or empty."""

    paper: str = ""
    number: str = ""
    signature: Upload | None = None
    signed_name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class HandOverDraft:
    """The receiver named when it was sealed takes it. `return_due_on`: the day it has to be back, if it has to."""

    receiver: ReceiverDraft
    return_due_on: date | None = None


@act("item.handed_over", of_acts=True)
def hand_over(*, item: Item, draft: HandOverDraft, actor: Actor, at: datetime) -> ItemStep:
    """Hand a sealed copy to its receiver. Downloads of it end. Raises Conflict (``item.state``,
    ``item.nothing_downloaded``, ``item.approval``, ``approval.state``), Invalid (``item.paper``, ``item.signature``,
    ``item.return_due``, ``file.*``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.HAND_OVER)
    if not item.has_left:
        raise Conflict("item.nothing_downloaded", "Nothing was downloaded, so there is nothing to hand over.")
    if draft.return_due_on is not None and draft.return_due_on < local_day(at):
        raise Invalid("item.return_due", "The day of return has passed.")
    consent = _consent(item, at)
    move(item, ItemAct.HAND_OVER, handed_over_at=at, return_due_on=draft.return_due_on)
    step = _received(
        item,
        ItemAct.HAND_OVER,
        draft.receiver,
        actor,
        at,
        unit=item.receiver_unit,
        name=item.receiver_name,
        approved_by=consent.answered_by.name if consent and consent.answered_by else "",
    )
    end_downloads(item, at)
    receiver = "，".join(part for part in (item.receiver_unit, item.receiver_name) if part)
    detail: dict[str, object] = {
        **approval_facts(item),
        **_told(step),
        "use": item.purpose,
        "retriever_unit": item.receiver_unit,
        "retriever_name": item.receiver_name,
        "whereabouts": f"{receiver}（{item.get_medium_display()} {item.seal_number}）",
        "request": item.basis,
        "return_due_on": item.return_due_on.isoformat() if item.return_due_on else "",
        "approved_by": step.approved_by,
    }
    refs = [consent.public_id] if consent else []
    enter_item(item, actor, at, detail, refs=refs, files=[step.signature] if step.signature else [])
    return step


@act("item.handed_on")
def hand_on(*, item: Item, unit: str, name: str, note: str, actor: Actor, at: datetime) -> ItemStep:
    """Write down that whoever has it passed it on, as they told us. Raises Conflict (``item.state``), Invalid
    (``item.receiver``, ``item.reason``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.HAND_ON)
    receiver = {"unit": read_text(unit, NAME_LIMIT), "name": needed(name, "item.receiver", NAME_LIMIT)}
    said = needed(note, "item.reason")
    move(item, ItemAct.HAND_ON)
    step = add_step(item, ItemAct.HAND_ON, actor, at, note=said, **receiver)
    enter_item(item, actor, at, {"receiver_unit": step.unit, "receiver": step.name, "note": said})
    return step


@act("item.taken_back")
def take_back(
    *, item: Item, by_name: str, by_unit: str, seal_intact: bool, draft: ReceiverDraft, actor: Actor, at: datetime
) -> ItemStep:
    """Take a copy back from whoever brings it. Raises Conflict (``item.state``), Invalid (``item.receiver``,
    ``item.seal_note``, ``item.paper``, ``item.signature``)."""
    require(actor, Permission.KEEP_COPIES)
    require_act(item, ItemAct.TAKE_BACK)
    name, unit = needed(by_name, "item.receiver", NAME_LIMIT), read_text(by_unit, NAME_LIMIT)
    if not seal_intact and item.seal_number and not draft.note.strip():
        raise Invalid("item.seal_note", "The seal is not whole; say what is known of it.")
    move(item, ItemAct.TAKE_BACK)
    step = _received(item, ItemAct.TAKE_BACK, draft, actor, at, unit=unit, name=name, seal_intact=seal_intact)
    detail = {**_told(step), "brought_by": name, "brought_by_unit": unit, "seal_intact": seal_intact}
    enter_item(item, actor, at, detail, files=[step.signature] if step.signature else [])
    return step


def _consent(item: Item, at: datetime) -> Approval | None:
    """The second person's consent to exactly this, used up; None where the policy asks for none."""
    found = standing_approval(item, at)
    if found is not None:
        return use_approval(approval=found, at=at, facts=approval_facts(item))
    if wants_approval(site_of(item), at):
        raise Conflict("item.approval", "A second person has to approve first.")
    return None


def _received(
    item: Item, done: ItemAct, draft: ReceiverDraft, actor: Actor, at: datetime, **fields: object
) -> ItemStep:
    if draft.paper and draft.paper not in (*CERTIFICATES, OTHER_PAPER):
        raise Invalid("item.paper", "There is no such paper.")
    signed_name = read_text(draft.signed_name, NAME_LIMIT)
    if draft.signature is None and not signed_name:
        raise Invalid("item.signature", "Nobody has signed.")
    number = read_text(draft.number, NUMBER_LIMIT)
    signature = put_file(upload=draft.signature, kinds=PICTURES, actor=actor, at=at) if draft.signature else None
    step = add_step(
        item,
        done,
        actor,
        at,
        note=read_text(draft.note, 500),
        medium=item.medium,
        seal_number=item.seal_number,
        paper=draft.paper,
        signature=signature,
        signed_name=signed_name,
        **fields,
    )
    seal_paper_number(step, number)
    return step


def _told(step: ItemStep) -> dict[str, object]:
    """What the register is told of a receipt: never the number."""
    files = [facts_of(step.signature)] if step.signature else []
    return {"certificate": step.paper, "signed_name": step.signed_name, "note": step.note, "files": files}
