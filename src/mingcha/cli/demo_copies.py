"""Three copies of the demonstration: one handed over, one that nobody has fetched, one destroyed.

No recorder ever made them, and nothing claims that it did: their orders are rows, custody takes them in as it takes in
copies from before its time, and the destroyed one rests on a person's word, since the recorder knows of none.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mingcha.base.clock import from_datetime
from mingcha.base.ids import new_id
from mingcha.cli.demo_facts import MADE_UP, PEOPLE, POLICE

if TYPE_CHECKING:
    from mingcha.records.accounts.models import Person
    from mingcha.records.custody.models import Item
    from mingcha.records.inventory.models import Camera
    from mingcha.records.viewing.models import Viewing

NOTES = ("商场盗窃案，案号 2026-118（演示）", "校门口交通事故（演示）", "重复制作（演示）")


def put_copies(*, at: datetime) -> None:
    """Make what is not there yet."""
    from mingcha.records.accounts.models import Person
    from mingcha.records.custody import actions
    from mingcha.records.inventory.models import Camera
    from mingcha.records.viewing.models import Viewing

    cameras = list(Camera.objects.filter(retired_at__isnull=True).order_by("id")[: len(NOTES)])
    if Viewing.objects.filter(note__in=NOTES).exists() or len(cameras) < len(NOTES):
        return
    viewer = Person.objects.get(username=PEOPLE[0].username)
    ordered = [_order(viewer, camera, note, at) for camera, note in zip(cameras, NOTES, strict=True)]
    actions.adopt_copies(at=at)
    _hand_over(_item(ordered[0]), viewer, at)
    _item(ordered[1])
    _destroy(_item(ordered[2]), at)


def _order(viewer: Person, camera: Camera, note: str, at: datetime) -> Viewing:
    """The order of a copy of five minutes of yesterday."""
    from mingcha.records.viewing.models import Export
    from mingcha.records.viewing.states import ExportState

    viewing = _viewing(viewer, camera, note, at)
    film = {"name": f"{camera.name}.mp4", "bytes": 48_000_000, "sha256": _hash(f"film {note}")}
    Export.objects.create(
        viewing=viewing, export_id=new_id("exp"), state=ExportState.DONE, files=[film], finished_at=at
    )
    return viewing


def _viewing(viewer: Person, camera: Camera, note: str, at: datetime) -> Viewing:
    from mingcha.records.viewing.models import Viewing
    from mingcha.records.viewing.states import End, Kind, Reason

    begin = at - timedelta(days=1)
    viewing = Viewing.objects.create(
        viewer=viewer,
        session_key="demo",
        kind=Kind.EXPORT,
        from_us=from_datetime(begin),
        to_us=from_datetime(begin + timedelta(minutes=5)),
        reason=Reason.INCIDENT,
        note=note,
        opened_at=at,
        expires_at=at,
        ended_at=at,
        end=End.CLOSED,
    )
    viewing.cameras.set([camera])
    return viewing


def _item(ordered: Viewing) -> Item:
    from mingcha.records.custody.models import Item

    item = Item.objects.get(export__viewing=ordered)
    item.manifest_sha256 = _hash(f"manifest {ordered.note}")
    item.save(update_fields=("manifest_sha256",))
    return item


def _hand_over(item: Item, viewer: Person, at: datetime) -> None:
    from mingcha.records.custody import actions
    from mingcha.records.custody.models import ItemDownload
    from mingcha.records.register.actions import CONSOLE

    fetched = _viewing(viewer, item.export.viewing.cameras.get(), NOTES[0], at)
    ItemDownload.objects.create(item=item, viewing=fetched)
    seal = actions.SealDraft(
        medium="disc",
        seal_number="DEMO-0001",
        receiver_unit=POLICE,
        receiver_name="张警官",
        purpose=NOTES[0],
    )
    actions.seal_item(item=item, draft=seal, actor=CONSOLE, at=at)
    receiver = actions.ReceiverDraft(paper="work_certificate", signed_name="张警官", note=MADE_UP)
    due = (at + timedelta(days=6)).date()
    actions.hand_over(item=item, draft=actions.HandOverDraft(receiver, due), actor=CONSOLE, at=at)


def _destroy(item: Item, at: datetime) -> None:
    from mingcha.records.custody import actions
    from mingcha.records.register.actions import CONSOLE

    actions.order_destruction(item=item, ending="mistaken", note=MADE_UP, actor=CONSOLE, at=at)
    actions.note_copy_unknown(item, at)
    actions.attest_destruction(item=item, draft=actions.Attestation(f"{MADE_UP}：没有留存"), actor=CONSOLE, at=at)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
