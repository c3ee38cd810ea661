"""Reads of posts and appointments, for those who may see people."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Contractor, Site
from mingcha.records.personnel.models import Appointment, Post


def open_posts(*, viewer: Person) -> QuerySet[Post]:
    """Posts that have not been closed, by site."""
    if not viewer.may(Permission.READ_PEOPLE):
        return Post.objects.none()
    return Post.objects.filter(closed_at__isnull=True).select_related("site").order_by("site_id", "id")


def posts_of_sites(*, viewer: Person, sites: Iterable[Site]) -> QuerySet[Post]:
    """Open posts of these sites."""
    return open_posts(viewer=viewer).filter(site__in=list(sites))


def post_for(*, viewer: Person, public_id: str) -> Post:
    """One post, closed or not; raises NotAllowed (``post.unknown``)."""
    found = Post.objects.select_related("site").filter(public_id=public_id).first()
    if found is None or not viewer.may(Permission.READ_PEOPLE):
        raise NotAllowed("post.unknown", "There is no such post.")
    return found


def appointments(*, viewer: Person, post: Post) -> QuerySet[Appointment]:
    """All appointments to a post there ever were, the newest first."""
    if not viewer.may(Permission.READ_PEOPLE):
        return Appointment.objects.none()
    return post.appointments.select_related("person", "post__site")


def appointment_for(*, viewer: Person, public_id: str) -> Appointment:
    """One appointment; raises NotAllowed (``appointment.unknown``)."""
    found = Appointment.objects.select_related("person", "post__site").filter(public_id=public_id).first()
    if found is None or not viewer.may(Permission.READ_PEOPLE):
        raise NotAllowed("appointment.unknown", "There is no such appointment.")
    return found


def employer_for(*, viewer: Person, public_id: str) -> Contractor:
    """A contractor whose people are looked for; raises NotAllowed (``contractor.unknown``)."""
    found = Contractor.objects.filter(public_id=public_id).first()
    if found is None or not viewer.may(Permission.READ_PEOPLE):
        raise NotAllowed("contractor.unknown", "There is no such contractor.")
    return found
