"""Signing in by the organisation's own sign-in (OpenID Connect). It opens accounts; it never makes one."""

from __future__ import annotations

from datetime import datetime

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.actions.sign_in import HalfSignedIn, note_sign_in, refuse_locked
from mingcha.records.accounts.factors.rows import has_second_factor
from mingcha.records.accounts.models import Person, SignInFailure, fold_username
from mingcha.records.accounts.organisation import Identity
from mingcha.records.accounts.states import Proof
from mingcha.records.register.actions import SYSTEM, act, enter


def sign_in_by_organisation(*, identity: Identity, address: str, at: datetime) -> Person | HalfSignedIn:
    """Sign in the existing person whose sign-in name the provider gave. The first time ties the person to the
    provider's subject; from then on another subject of the same name is refused. Every outcome is entered. Raises
    NotAllowed (``organisation.nobody``, ``sign_in.locked``)."""
    refuse_locked(None, address, at)
    person = Person.objects.filter(username=fold_username(identity.username)[:64]).first()
    reason = _why_not(person, identity)
    if person is None or reason:
        note_organisation_refusal(reason=reason, address=address, at=at, person=person)
        raise NotAllowed("organisation.nobody", "Nobody here may sign in by this account of the organisation.")
    if not person.organisation_subject:
        untied = Person.objects.filter(pk=person.pk, organisation_subject="")
        untied.update(organisation_subject=identity.subject)
    if has_second_factor(person):
        return HalfSignedIn(person)
    note_sign_in(person=person, address=address, at=at, by=Proof.ORGANISATION)
    return person


@act("person.organisation_refused")
def note_organisation_refusal(*, reason: str, address: str, at: datetime, person: Person | None = None) -> None:
    """Enter that the organisation's sign-in led to nothing: `reason` is a code of `accounts.organisation` or here.
    Counted for the address, which is locked like one that tries many names."""
    SignInFailure.objects.create(username="", address=address, at=at, proof=Proof.ORGANISATION)
    detail = {"why": reason, "network_address": address, "login": person.username if person else "?"}
    enter(actor=SYSTEM, at=at, refs=[person.public_id] if person else [], detail=detail)


def _why_not(person: Person | None, identity: Identity) -> str:
    if person is None:
        return "organisation.unknown_name"
    if not person.is_active:
        return "person.disabled"
    if person.organisation_subject not in ("", identity.subject):
        return "organisation.other_subject"
    return ""


def refuse_locked_address(*, address: str, at: datetime) -> None:
    """Raise NotAllowed (``sign_in.locked``) for an address with too many failures, before anything is asked of the
    provider or entered: strangers must fill neither the book nor the line."""
    refuse_locked(None, address, at)
