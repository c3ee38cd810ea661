"""Acts on posts and appointments. An appointment is the act that the law stands in front of."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from mingcha.base.errors import Conflict, Invalid, Unlawful
from mingcha.law import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Site
from mingcha.records.personnel.models import Appointment, Post
from mingcha.records.personnel.names import read_reason, read_text
from mingcha.records.personnel.queries import Checklist, Holdings, listed
from mingcha.records.personnel.states import MOST_SEATS, REASON_LIMIT, PostKind
from mingcha.records.register.actions import Actor, act, enter


@act("post.opened")
def open_post(*, site: Site, name: str, kind: str, seats: int, actor: Actor, at: datetime) -> Post:
    """Add a post to a site. Raises NotAllowed, Invalid (``file.text_*``, ``post.seats``) or Conflict
    (``post.name_taken``)."""
    require(actor, Permission.MANAGE_PERSONNEL)
    post = Post(site=site, kind=PostKind(kind), opened_at=at)
    _name(post, name, seats)
    post.save(force_insert=True)
    _enter_post(post, actor, at, {"post_kind": post.kind, "seats": post.seats})
    return post


@act("post.changed")
def change_post(*, post: Post, name: str, seats: int, actor: Actor, at: datetime) -> None:
    """Change name and number of places. What kind of post it is stays, since appointments were judged by it."""
    require(actor, Permission.MANAGE_PERSONNEL)
    _require_open(post)
    before = {"name": post.name, "seats": post.seats}
    _name(post, name, seats)
    post.save(update_fields=("name", "seats"))
    _enter_post(post, actor, at, {"before": before, "after": {"name": post.name, "seats": post.seats}})


@act("post.closed")
def close_post(*, post: Post, actor: Actor, at: datetime) -> None:
    """Close a post nobody holds or is to hold. Raises Conflict (``post.held``, ``post.closed``)."""
    require(actor, Permission.MANAGE_PERSONNEL)
    if post.appointments.filter(_not_over(timezone.localdate(at))).exists():
        raise Conflict("post.held", "Somebody holds this post.")
    if Post.objects.filter(pk=post.pk, closed_at__isnull=True).update(closed_at=at) != 1:
        raise Conflict("post.closed", "The post has been closed already.")
    post.closed_at = at
    _enter_post(post, actor, at, {})


@act("appointment.made")
def appoint(
    *, person: Person, post: Post, from_on: date, until_on: date | None, actor: Actor, at: datetime
) -> Appointment:
    """Appoint a person to a post, if the law lets it.

    The file is judged as of the first day of the appointment, or today when that has passed. Raises Unlawful
    (``appointment.file_incomplete`` with the ``missing`` items), Invalid (``appointment.range``) or Conflict
    (``appointment.overlaps``, ``post.closed``, ``person.disabled``).
    """
    require(actor, Permission.APPOINT)
    _require_open(post)
    if not person.is_active:
        raise Conflict("person.disabled", "The account is disabled.")
    if until_on is not None and until_on < from_on:
        raise Invalid("appointment.range", "The last day comes before the first.", field="until_on")
    if _overlapping(person, post, from_on, until_on):
        raise Conflict("appointment.overlaps", "The person holds this post in that time already.")
    checklist = Holdings([person.pk], max(from_on, timezone.localdate(at))).checklist(
        person.pk, PostKind(post.kind), post.site
    )
    require_complete(checklist)
    appointment = Appointment.objects.create(
        person=person,
        post=post,
        from_on=from_on,
        until_on=until_on,
        made_at=at,
        made_by=actor.public_id,
        made_by_name=actor.name,
        law_version=checklist.law_version,
    )
    _enter_appointment(appointment, actor, at, {"checked": [line.item for line in checklist.lines]}, checklist)
    return appointment


@act("appointment.ended")
def end_appointment(*, appointment: Appointment, reason: str, actor: Actor, at: datetime) -> None:
    """End an appointment now, before its last day; open viewings under it end with it. Raises Invalid
    (``appointment.reason``) or Conflict (``appointment.ended``)."""
    require(actor, Permission.APPOINT)
    reason = read_reason(reason, "appointment.reason", limit=REASON_LIMIT)
    still = Appointment.objects.filter(_not_over(timezone.localdate(at)), pk=appointment.pk)
    if still.update(ended_at=at, end_reason=reason) != 1:
        raise Conflict("appointment.ended", "The appointment has ended already.")
    appointment.ended_at, appointment.end_reason = at, reason
    _enter_appointment(appointment, actor, at, {"end_reason": reason})


def require_complete(checklist: Checklist) -> None:
    """Raise Unlawful when the file lacks what the law demands for the post, naming the items and the provisions."""
    lacking = checklist.lacking
    if lacking:
        citations = tuple(dict.fromkeys(cite for line in lacking for cite in line.citations))
        raise Unlawful(
            "appointment.file_incomplete",
            f"The personnel file lacks: {', '.join(line.item.value for line in lacking)}.",
            citations=citations,
            missing=listed(line.item for line in lacking),
            items=tuple(line.item.value for line in lacking),
        )


def _not_over(today: date) -> Q:
    """Appointments that hold now or are still to begin."""
    return Q(ended_at__isnull=True) & (Q(until_on__isnull=True) | Q(until_on__gte=today))


def _overlapping(person: Person, post: Post, from_on: date, until_on: date | None) -> bool:
    same = Appointment.objects.filter(person=person, post=post, ended_at__isnull=True)
    same = same.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on))
    return (same if until_on is None else same.filter(from_on__lte=until_on)).exists()


def _name(post: Post, name: str, seats: int) -> None:
    post.name = read_text(name, "name")
    if not 1 <= seats <= MOST_SEATS:
        raise Invalid("post.seats", "The number of places is out of range.", field="seats", limit=MOST_SEATS)
    post.seats = seats
    if Post.objects.filter(site=post.site, name=post.name, closed_at__isnull=True).exclude(pk=post.pk).exists():
        raise Conflict("post.name_taken", "Another post of this site has this name.", field="name")


def _require_open(post: Post) -> None:
    if post.closed_at is not None:
        raise Conflict("post.closed", "The post has been closed.")


def _enter_post(post: Post, actor: Actor, at: datetime, detail: dict[str, object]) -> None:
    enter(
        actor=actor,
        at=at,
        subject=post.public_id,
        subject_name=post.name,
        refs=[post.site.public_id],
        detail={"site_name": post.site.name, **detail},
    )


def _enter_appointment(
    appointment: Appointment, actor: Actor, at: datetime, detail: dict[str, object], checklist: Checklist | None = None
) -> None:
    person, post = appointment.person, appointment.post
    cites = dict.fromkeys(cite for line in checklist.lines for cite in line.citations) if checklist else {}
    enter(
        actor=actor,
        at=at,
        subject=person.public_id,
        subject_name=person.name,
        refs=[appointment.public_id, post.public_id, post.site.public_id],
        detail={
            "post_name": post.name,
            "site_name": post.site.name,
            "from_on": appointment.from_on.isoformat(),
            "until_on": appointment.until_on.isoformat() if appointment.until_on else None,
            **detail,
        },
        grounds=[Citation(*cite) for cite in cites],
        law_version=checklist.law_version if checklist else "",
    )
