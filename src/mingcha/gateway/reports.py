"""From the recorder to the office: facts into the register, states into the inventory."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mingcha.base.clock import to_datetime
from mingcha.gateway.client import ControlClient
from mingcha.records.condition import actions as condition
from mingcha.records.custody import actions as custody
from mingcha.records.disclosure.actions import note_move
from mingcha.records.evidence.actions import note_enclosed
from mingcha.records.inventory.holdings import StoreStatus
from mingcha.records.inventory.models import Camera, CameraStatus
from mingcha.records.inventory.states import CameraState
from mingcha.records.register.actions import RECORDER, act, enter
from mingcha.records.register.anchoring import note_anchored
from mingcha.records.register.queries import entered_from
from mingcha.records.viewing.models import Export, Viewing
from mingcha.records.viewing.served import note_served
from mingcha.records.viewing.states import ExportState
from mingcha.wire.facts import KINDS, Fact

log = logging.getLogger(__name__)

ANCHORED = "ledger.anchored"


def pull_facts(client: ControlClient) -> int:
    """Take all the recorder has to tell and confirm it; returns how many facts were new. Raises Unavailable.

    Facts are numbered per catalog, so none of our own counting is trusted: what is not confirmed is read again, and a
    fact that is in the book already is passed over by its id. Those that tell of the anchoring of the book itself are
    kept beside it: an entry about them would have to be anchored too, and the book would grow for ever.
    """
    news, through = 0, 0
    while True:
        facts, highest = client.facts(through)
        if highest == through:
            return news
        known = entered_from(fact.fact for fact in facts)
        anchored = [fact for fact in facts if fact.kind == ANCHORED]
        fresh = [fact for fact in facts if fact.fact not in known and fact.kind != ANCHORED]
        for fact in anchored:
            note_anchored(fact.detail, to_datetime(fact.at_us))
        if fresh:
            take_facts(facts=fresh)
        client.confirm(highest)
        news, through = news + len(fresh) + len(anchored), highest


@act(*KINDS, *custody.WORDS)
def take_facts(*, facts: Sequence[Fact]) -> None:
    """Enter facts and carry over what they change: all of them or none."""
    names = dict(Camera.objects.filter(public_id__in={fact.camera for fact in facts}).values_list("public_id", "name"))
    for fact in facts:
        viewing = _viewing_of(fact)
        if fact.kind in ("export.finished", "export.failed"):
            _note_export(fact, viewing)
        if fact.kind == "copy.papers":
            note_enclosed(fact.detail, to_datetime(fact.at_us))
        if fact.kind == "viewing.served" and viewing is not None:
            note_served(viewing, fact)
        refs = [viewing.public_id, viewing.viewer.public_id] if viewing else []
        refs += [*custody.note_fact(fact), *condition.note_fact(fact)]
        detail = fact.detail
        if fact.kind == "ptz.moved":
            more, names_of = note_move(fact, viewing)
            refs, detail = [*refs, *more], {**detail, **names_of}
        enter(
            actor=RECORDER,
            at=to_datetime(fact.at_us),
            subject=fact.camera,
            subject_name=names.get(fact.camera, ""),
            refs=refs,
            detail=detail,
            word=fact.kind,
            source=fact.fact,
        )


def pull_status(client: ControlClient, at: datetime) -> None:
    """Write down the states the recorder tells. Raises Unavailable."""
    told = client.status()
    cameras = told.get("cameras", {})
    known = dict(Camera.objects.filter(public_id__in=cameras).values_list("public_id", "pk"))
    rows = [_status_row(known[public_id], said, at) for public_id, said in cameras.items() if public_id in known]
    fields = ("state", "reason", "since", "codec", "width", "height", "fps_milli", "bits_per_s", "seen_at")
    CameraStatus.objects.bulk_create(rows, update_conflicts=True, unique_fields=["camera"], update_fields=fields)
    store = told.get("store")
    if isinstance(store, dict) and store.get("state") not in (None, "opening"):
        StoreStatus.objects.update_or_create(
            pk=1,
            defaults={
                "state": str(store.get("state", ""))[:32],
                "free_bytes": int(store.get("free_bytes") or 0),
                "total_bytes": int(store.get("total_bytes") or 0),
                "seen_at": at,
            },
        )


def _status_row(camera_pk: int, said: dict[str, Any], at: datetime) -> CameraStatus:
    state, reason = str(said.get("state", "")), str(said.get("reason") or "")
    since_us, fps, unkept = said.get("since_us"), said.get("fps"), said.get("unkept")
    if state == CameraState.LIVE and isinstance(unkept, dict):
        state, reason, since_us = CameraState.UNKEPT, str(unkept.get("reason") or ""), unkept.get("since_us")
    return CameraStatus(
        camera_id=camera_pk,
        state=state if state in CameraState.values else CameraState.WAITING,
        reason=reason[:64],
        since=to_datetime(since_us) if isinstance(since_us, int) else None,
        codec=str(said.get("codec") or "")[:32],
        width=said.get("width") or None,
        height=said.get("height") or None,
        fps_milli=round(1000 * fps) if isinstance(fps, (int, float)) else None,
        bits_per_s=int(said["bits_per_s"]) if said.get("bits_per_s") else None,
        seen_at=at,
    )


def _viewing_of(fact: Fact) -> Viewing | None:
    grant = fact.detail.get("grant")
    if not isinstance(grant, str):
        return None
    return Viewing.objects.select_related("viewer").filter(grant=grant).first()


def _note_export(fact: Fact, viewing: Viewing | None) -> None:
    """Match a copy by the grant it was ordered under. What a page said its number was is not believed: it could name
    another's copy as its own."""
    export_id = str(fact.detail.get("export", ""))[:20]
    if viewing is None:
        return
    found = Export.objects.filter(viewing=viewing)
    done = fact.kind == "export.finished"
    files = fact.detail.get("files", [])
    proof = fact.detail.get("proof", [])
    if isinstance(files, list) and isinstance(proof, list):
        files = [*files, *({"name": str(name)} for name in proof)]
    found.update(
        export_id=export_id,
        state=ExportState.DONE if done else ExportState.FAILED,
        files=files if done and isinstance(files, list) else [],
        error="" if done else str(fact.detail.get("code") or fact.detail.get("error") or "")[:64],
        finished_at=to_datetime(fact.at_us),
    )
