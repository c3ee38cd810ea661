"""What the page of a copy and its papers show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import segno
from django.utils.safestring import SafeString, mark_safe

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.custody import queries
from mingcha.records.custody.forms.items import paper_label
from mingcha.records.custody.grants import terms_of
from mingcha.records.custody.models import Item, ItemStep
from mingcha.records.custody.states import GONE_WHY, TRANSITIONS, Ending, ItemAct, ItemState
from mingcha.records.register.sentences import FIXED_ACTORS
from mingcha.records.wording import explain_reason


def context_of(item: Item, viewer: Person, at: datetime) -> dict[str, Any]:
    """Facts, chain, and what this person may do now."""
    site, ordered = queries.site_of(item), item.export.viewing
    terms = terms_of(item.basis, at) if item.basis else None
    keeps = viewer.may(Permission.KEEP_COPIES)
    may = {f"may_{act.value}": keeps and (item.state, act) in TRANSITIONS for act in ItemAct}
    is_over = bool(item.basis) and terms is None
    may["may_download"] = (
        viewer.may(Permission.ORDER_EXPORT)
        and (item.state, ItemAct.DOWNLOAD) in TRANSITIONS
        and item.copy_deleted_at is None
        and not is_over
    )
    has_left = item.has_left
    may["may_attest"] = (
        may["may_attest"] and item.attested_at is None and (has_left or item.copy_unknown_at is not None)
    )
    approval = _approval(item, at) if item.state == ItemState.SEALED else {}
    return {
        **may,
        **approval,
        "may_hand_over": may["may_hand_over"] and has_left and not approval.get("lacks_approval"),
        "item": item,
        "site": site,
        "name": queries.item_name(item),
        "ordered": ordered,
        "files": item.files.all(),
        "gaps": [(gap.get("from"), gap.get("to"), explain_reason(str(gap.get("reason", "")))) for gap in _gaps(item)],
        "damaged": item.summary.get("damaged_parts", 0),
        "is_proven": bool(item.summary.get("proven")),
        "steps": [step_row(step) for step in queries.steps_of(item)],
        "downloads": queries.downloads_of(item),
        "has_left": has_left,
        "grant_until": terms.until_at if terms else None,
        "is_grant_over": is_over,
        "witnesses_wanted": queries.witnesses_wanted(site, at),
        "has_receipt": item.handed_over_at is not None,
        "has_certificate": item.state == ItemState.DESTROYED,
        "may_see_request": viewer.may(Permission.READ_ACCESS),
    }


def step_row(step: ItemStep) -> dict[str, Any]:
    """A step with what is read of it: the paper shown, its number masked."""
    return {
        "row": step,
        "paper": paper_label(step.paper),
        "number": queries.masked_number(step),
        "whom": " · ".join(part for part in (step.unit, step.name) if part),
        "note": gone_why(step.note) if step.act == ItemAct.COPY_GONE else step.note,
        "is_plain": not (step.medium or step.seal_number or step.note or step.signature or step.signed_name),
        "by": FIXED_ACTORS.get(step.by, step.by_name or "—"),
    }


def gone_why(code: str) -> str:
    """Why the recorder deleted it, in words."""
    if code in Ending.values:
        return str(Ending(code).label)
    return str(GONE_WHY.get(code, code))


def paper_context(item: Item, viewer: Person, at: datetime) -> dict[str, Any]:
    """The same, and what only papers need."""
    context = context_of(item, viewer, at)
    last = {row["row"].act: row for row in context["steps"]}
    return {
        **context,
        "handed": last.get(ItemAct.HAND_OVER),
        "attested": last.get(ItemAct.ATTEST),
        "ordered_by": last.get(ItemAct.DESTROY) or last.get(ItemAct.EXPIRE),
        "qr": qr(item),
        "printed_at": at,
    }


def qr(item: Item) -> SafeString:
    """The copy's number and its manifest's hash as a QR code, drawn by us: whoever reads it can compare."""
    drawn = segno.make(f"{item.public_id} {item.manifest_sha256}".strip(), error="m", micro=False)
    return mark_safe(drawn.svg_inline(scale=3, border=2, svgclass="qr", lineclass=None))  # noqa: S308


def _gaps(item: Item) -> list[dict[str, Any]]:
    gaps = item.summary.get("gaps", [])
    return [gap for gap in gaps if isinstance(gap, dict)] if isinstance(gaps, list) else []


def _approval(item: Item, at: datetime) -> dict[str, Any]:
    wanted = queries.wants_approval(queries.site_of(item), at)
    given = queries.standing_approval(item, at)
    return {
        "wants_approval": wanted,
        "approval": given,
        "waiting_approval": queries.waiting_approval(item, at) if given is None else None,
        "lacks_approval": wanted and given is None,
    }
