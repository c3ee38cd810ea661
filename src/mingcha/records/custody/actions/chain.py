"""What every act on a copy does alike: moving it on, a step of its chain, its entry in the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from mingcha.base.errors import Conflict, Invalid
from mingcha.base.keys import node_sealer
from mingcha.records.custody.models import Item, ItemStep
from mingcha.records.custody.states import STEPS_MOST, TEXT_LIMIT, TRANSITIONS, ItemAct, ItemState
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.names import read_text
from mingcha.records.register.actions import Actor, Ground, enter


def move(item: Item, done: ItemAct, **changed: object) -> Item:
    """Take an item where this act leads, with what changes besides. Raises Conflict (``item.state``) when the act is
    not one of its state, or somebody was quicker: of two who act at once, one gets it."""
    leads_to = TRANSITIONS.get((item.state, done))
    if leads_to is None:
        raise refused(item)
    if Item.objects.filter(pk=item.pk, state=item.state).update(state=leads_to, **changed) != 1:
        raise refused(item)
    item.refresh_from_db()
    return item


def require_act(item: Item, done: ItemAct) -> None:
    """Refuse early, before anything is looked at that only this act needs. Raises Conflict (``item.state``)."""
    item.refresh_from_db()
    if (item.state, done) not in TRANSITIONS:
        raise refused(item)


def refused(item: Item) -> Conflict:
    return Conflict("item.state", "The copy is in another state.", state=ItemState(item.state).label)


def add_step(item: Item, done: ItemAct, actor: Actor, at: datetime, **fields: object) -> ItemStep:
    """One more step of the chain. Raises Invalid (``item.too_many``)."""
    if item.steps.count() >= STEPS_MOST:
        raise Invalid("item.too_many", "This chain is too long.", limit=STEPS_MOST)
    return ItemStep.objects.create(item=item, act=done, at=at, by=actor.public_id, by_name=actor.name[:200], **fields)


def seal_paper_number(step: ItemStep, number: str) -> None:
    """Keep the number on the paper somebody showed, sealed and bound to the step."""
    if number:
        step.number_sealed = node_sealer(settings.DATA_DIR).seal(number, context_of(step))
        step.save(update_fields=("number_sealed",))


def context_of(step: ItemStep) -> str:
    """What the sealed number is bound to."""
    return f"{step.item.public_id}/step/{step.pk}"


def cameras_of(item: Item) -> list[Camera]:
    return list(item.export.viewing.cameras.order_by("id"))


def enter_item(
    item: Item,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object],
    *,
    refs: Iterable[str] = (),
    files: Sequence[StoredFile] = (),
    grounds: Sequence[Ground] = (),
    law_version: str = "",
    word: str = "",
) -> None:
    """The entry of an act, with what tells the copy from any other."""
    cameras, ordered = cameras_of(item), item.export.viewing
    enter(
        actor=actor,
        at=at,
        subject=item.public_id,
        subject_name="、".join(camera.name for camera in cameras),
        refs=[
            *(camera.public_id for camera in cameras),
            *([item.basis] if item.basis else []),
            *(stored.public_id for stored in files),
            *refs,
        ],
        detail={
            "copy": item.export.export_id,
            "manifest_sha256": item.manifest_sha256,
            "from_us": ordered.from_us,
            "to_us": ordered.to_us,
            **detail,
        },
        grounds=grounds,
        law_version=law_version,
        word=word,
    )


def needed(text: str, code: str, limit: int = TEXT_LIMIT) -> str:
    """A text that must not be empty. Raises Invalid with this code."""
    said = read_text(text, limit)
    if not said:
        raise Invalid(code, "A few words are missing.")
    return said
