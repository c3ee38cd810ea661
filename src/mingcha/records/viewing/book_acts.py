"""Acts on the book of who saw what: findings, acquaintances, looks that were noticed, and rows beyond their term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.names import read_text
from mingcha.records.register.actions import act, enter
from mingcha.records.viewing.log_terms import log_terms
from mingcha.records.viewing.models import Acquaintance, Dealt, Finding, Served, Viewing
from mingcha.records.viewing.noticing import Noticed
from mingcha.records.viewing.states import NOTE_LIMIT, Outcome

FINDINGS_AT_ONCE = 50
THINNED_AT_ONCE = 200_000


@act("viewing.finding_written")
def write_finding(*, viewings: Sequence[Viewing], outcome: str, text: str, actor: Person, at: datetime) -> None:
    """Write down what one's own looks for an incident led to; one finding may stand for several looks.

    Raises Invalid (``finding.outcome``, ``finding.text``, ``finding.looks``), NotAllowed (``viewing.unknown``) for
    another's look, Conflict (``finding.written``).
    """
    said = read_text(text, NOTE_LIMIT)
    if outcome not in Outcome.values:
        raise Invalid("finding.outcome", "Nothing found, or something?")
    if outcome == Outcome.FOUND and not said:
        raise Invalid("finding.text", "What was found is missing.")
    if not 0 < len(viewings) <= FINDINGS_AT_ONCE:
        raise Invalid("finding.looks", "No look was chosen, or too many.", limit=FINDINGS_AT_ONCE)
    if any(viewing.viewer_id != actor.pk for viewing in viewings):
        raise NotAllowed("viewing.unknown", "This is another person's look.")
    if Finding.objects.filter(viewing__in=viewings).exists():
        raise Conflict("finding.written", "It is written down already.")
    Finding.objects.bulk_create(
        Finding(viewing=viewing, outcome=outcome, text=said, by=actor, at=at) for viewing in viewings
    )
    cameras = {camera.public_id: camera.name for viewing in viewings for camera in viewing.cameras.order_by("id")}
    enter(
        actor=actor,
        at=at,
        subject=viewings[0].public_id,
        subject_name="、".join(cameras.values()),
        refs=[*(viewing.public_id for viewing in viewings[1:]), *cameras],
        detail={"outcome": outcome, "note": said},
    )


@act("viewing.acquaintance_marked")
def mark_acquaintance(*, viewing: Viewing, note: str, actor: Person, at: datetime) -> Acquaintance:
    """Mark that the viewer knows somebody on the picture: the viewer does so themselves, or who looks into looks.
    Who that somebody is, is not asked. Raises NotAllowed, Invalid (``acquaintance.note``)."""
    if viewing.viewer_id != actor.pk:
        require(actor, Permission.REVIEW_LOOKS)
    said = read_text(note, NOTE_LIMIT)
    if not said:
        raise Invalid("acquaintance.note", "A few words are missing.")
    mark = Acquaintance.objects.create(viewing=viewing, note=said, by=actor, at=at)
    _enter(viewing, actor, at, {"note": said}, [mark.public_id])
    return mark


@act("viewing.noticed_dealt")
def deal_with(*, line: Noticed, note: str, actor: Person, at: datetime) -> Dealt:
    """Note that somebody asked, and what came of it. Nobody deals with their own looks.

    Raises NotAllowed (``noticed.own``), Invalid (``noticed.note``).
    """
    require(actor, Permission.REVIEW_LOOKS)
    if line.person.pk == actor.pk:
        raise NotAllowed("noticed.own", "Another person has to look into one's own looks.")
    said = read_text(note, NOTE_LIMIT)
    if not said:
        raise Invalid("noticed.note", "What came of it is missing.")
    dealt = Dealt.objects.create(
        what=line.what,
        viewer=line.person,
        day=line.day,
        viewing=line.viewing,
        mark=line.mark,
        length_us=line.length_us,
        note=said,
        by=actor,
        at=at,
    )
    enter(
        actor=actor,
        at=at,
        subject=line.viewing.public_id if line.viewing else line.person.public_id,
        subject_name=line.person.name,
        refs=[line.person.public_id],
        detail={
            "noticed": line.what,
            "day": line.day.isoformat(),
            "length_s": line.length_us // 1_000_000,
            "note": said,
            "viewer": line.person.name,
        },
    )
    return dealt


@act("viewing.log_thinned")
def thin_log(*, sites: Sequence[Site], note: str, actor: Person, at: datetime) -> int:
    """Delete the rows of what was sent that are older than the term of their site; how many. Entries of the register,
    viewings, findings and marks stay for ever, and so do rows of a look that somebody marked or dealt with.

    Raises Invalid (``log.note``), Conflict (``log.nothing``).
    """
    require(actor, Permission.CHANGE_POLICIES)
    said = read_text(note, NOTE_LIMIT)
    if not said:
        raise Invalid("log.note", "A reason is missing.")
    kept = Viewing.objects.filter(acquaintances__isnull=False).values("pk")
    dealt = Dealt.objects.filter(viewing__isnull=False).values("viewing")
    deleted: dict[str, int] = {}
    before: dict[str, int] = {}
    for term in log_terms(sites, at):
        over = Served.objects.filter(camera__site=term.site, at__lt=term.until(at))
        over = over.exclude(viewing__in=kept).exclude(viewing__in=dealt).order_by("pk")
        found = list(over.values_list("pk", flat=True)[: THINNED_AT_ONCE - sum(deleted.values())])
        for start in range(0, len(found), 500):
            Served.objects.filter(pk__in=found[start : start + 500]).delete()
        if found:
            deleted[term.site.public_id] = len(found)
            before[term.site.public_id] = from_datetime(term.until(at))
    if not deleted:
        raise Conflict("log.nothing", "Nothing is older than its term.")
    count = sum(deleted.values())
    enter(
        actor=actor,
        at=at,
        subject_name="、".join(site.name for site in sites if site.public_id in deleted),
        refs=list(deleted),
        detail={"count": count, "note": said, "until_us": max(before.values())},
    )
    return count


def _enter(viewing: Viewing, actor: Person, at: datetime, detail: dict[str, object], refs: Sequence[str]) -> None:
    cameras = list(viewing.cameras.order_by("id"))
    enter(
        actor=actor,
        at=at,
        subject=viewing.public_id,
        subject_name="、".join(camera.name for camera in cameras),
        refs=[viewing.viewer.public_id, *(camera.public_id for camera in cameras), *refs],
        detail={"viewer": viewing.viewer.name, **detail},
    )
