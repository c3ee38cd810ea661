"""The house's own rules: what holds, since when, by whom, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, MingchaError, NotAllowed
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Site
from mingcha.records.policies import actions, queries
from mingcha.records.policies.models import Change, Policy
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import RULES, PolicyKey
from mingcha.records.viewing.book_acts import thin_log
from mingcha.records.viewing.log_terms import LogTerm, log_terms
from mingcha.records.wording import explain
from mingcha.records.wording.law import Ground, grounds
from mingcha.web.pages.policy_form import PolicyForm
from mingcha.web.pages.policy_words import value_words
from mingcha.web.pages.seen_form import NoteForm

HISTORY_SHOWN = 100
FIELD_OF = {"policy.value": "value", "policy.reason": "reason", "text.long": "reason", "policy.scope": "scope"}


@dataclass(frozen=True, slots=True)
class Held:
    """What holds at one place. `where`: name of the site, empty for everywhere; `change`: the decision it rests on,
    None for the default; `coming`: what follows, and from when."""

    where: str
    words: str
    change: Change | None
    coming: str = ""
    coming_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One policy, as the table shows it."""

    key: str
    label: str
    about: str | Promise
    held: list[Held]


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def policies(request: PersonRequest) -> HttpResponse:
    """All policies at one look, what waits for somebody's agreement first."""
    person, sites = request.user, list(inventory.sites(viewer=request.user))
    decided = list(queries.policies(viewer=person))
    changes = list(queries.changes(viewer=person).filter(effective_at__isnull=False).order_by("id"))
    rows = [_row(key, sites, decided, changes, request.at) for key in PolicyKey.values]
    waiting = [change for change in queries.changes(viewer=person).filter(effective_at=None, withdrawn_at=None)]
    context = {
        "rows": rows,
        "waiting": [(change, *_both(change), _may(change, person)) for change in waiting],
        "may_change": person.may(Permission.CHANGE_POLICIES),
    }
    return render(request, "web/policies.html", context)


@permission(Permission.READ_REGISTER)
@recent_identity
@require_http_methods(["GET", "POST"])
def policy(request: PersonRequest, key: str) -> HttpResponse:
    """One policy: what holds, its history, and for who may, the form that decides it anew."""
    person, sites = request.user, list(inventory.sites(viewer=request.user))
    if key not in RULES:
        raise NotAllowed("policy.unknown", "There is no such policy.")
    now = value_of(key, at=request.at)
    form = PolicyForm(request.POST or None, key=key, sites=sites, now=now)
    if request.method == "POST" and form.is_valid():
        done = _change(request, key, form)
        if done is not None:
            return done
    history = list(queries.changes(viewer=person).filter(key=key)[: HISTORY_SHOWN + 1])
    decided = [row for row in queries.policies(viewer=person) if row.key == key]
    held_by = [change for change in reversed(history) if change.effective_at is not None]
    context = {
        "row": _row(key, sites, decided, held_by, request.at),
        "rule": RULES[key],
        "form": form,
        "may_change": person.may(Permission.CHANGE_POLICIES),
        "history": [
            (change, *_both(change), _may(change, person), change.is_coming(request.at))
            for change in history[:HISTORY_SHOWN]
        ],
        "law_terms": _log_terms(sites, request.at) if key == PolicyKey.KEEP_LOG_DAYS else [],
        "thin_form": _thin_form() if key == PolicyKey.KEEP_LOG_DAYS else None,
    }
    return render(request, "web/policy.html", context, status=400 if form.errors else 200)


@permission(Permission.AGREE_POLICIES)
@recent_identity
@require_POST
def agree(request: PersonRequest, public_id: str) -> HttpResponse:
    change = queries.change_for(viewer=request.user, public_id=public_id)
    try:
        actions.agree_to_change(change=change, actor=request.user, at=request.at)
    except (Conflict, NotAllowed) as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, gettext("You have agreed. The weaker policy holds once its notice is over."))
    return redirect("policy", key=change.key)


@permission(Permission.READ_REGISTER)
@recent_identity
@require_POST
def withdraw(request: PersonRequest, public_id: str) -> HttpResponse:
    change = queries.change_for(viewer=request.user, public_id=public_id)
    try:
        actions.withdraw_change(change=change, actor=request.user, at=request.at)
    except Conflict as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, gettext("The change is withdrawn. What held before goes on."))
    return redirect("policy", key=change.key)


@permission(Permission.CHANGE_POLICIES)
@recent_identity
@require_POST
def thin(request: PersonRequest) -> HttpResponse:
    """Delete what the viewing log holds beyond its term."""
    form = NoteForm(request.POST, prefix="thin")
    sites = list(inventory.sites(viewer=request.user))
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        count = thin_log(sites=sites, note=note, actor=request.user, at=request.at)
    except (Conflict, Invalid) as error:
        messages.error(request, explain(error))
    else:
        said = gettext("Deleted: %(count)s rows. The register still has its entries.") % {"count": count}
        messages.success(request, said)
    return redirect("policy", key=PolicyKey.KEEP_LOG_DAYS)


def _change(request: PersonRequest, key: str, form: PolicyForm) -> HttpResponse | None:
    """Decide anew; None when that failed and the form says why."""
    scope, scope_name = form.scope_chosen
    data = form.cleaned_data
    try:
        change = actions.change_policy(
            key=key,
            value=data["value"],
            reason=data["reason"],
            actor=request.user,
            at=request.at,
            scope=scope,
            scope_name=scope_name,
        )
    except Invalid as error:
        _put_error(form, error)
        return None
    if change.is_weaker:
        messages.warning(
            request, gettext("This makes the policy weaker. Another person has to agree; until then nothing changes.")
        )
    else:
        messages.success(request, gettext("The policy is decided and holds from now on."))
    return redirect("policy", key=key)


def _put_error(form: forms.Form, error: MingchaError) -> None:
    field = FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, explain(error))


def _row(key: str, sites: Sequence[Site], decided: Iterable[Policy], changes: Sequence[Change], at: datetime) -> Row:
    """`changes`: those that came into force, the oldest first."""
    names = {site.public_id: site.name for site in sites}
    own = {row.scope: row for row in decided if row.key == key}
    everywhere = own.get("") or Policy(key=key, scope="", value=RULES[key].default)
    found = [everywhere, *(row for scope, row in own.items() if scope in names)]
    held = [_held(row, names.get(row.scope, ""), changes, at) for row in found]
    return Row(key, str(PolicyKey(key).label), RULES[key].about, held)


def _held(row: Policy, where: str, changes: Sequence[Change], at: datetime) -> Held:
    own = [one for one in changes if (one.key, one.scope) == (row.key, row.scope) and one.withdrawn_at is None]
    now = [one for one in own if one.effective_at is not None and one.effective_at <= at]
    is_coming = row.next_from is not None and row.next_from > at
    return Held(
        where,
        value_words(row.key, row.value_at(at)),
        now[-1] if now else None,
        value_words(row.key, row.next_value) if is_coming and row.next_value is not None else "",
        row.next_from if is_coming else None,
    )


def _both(change: Change) -> tuple[str, str, str]:
    return (
        str(PolicyKey(change.key).label),
        value_words(change.key, change.old_value),
        value_words(change.key, change.new_value),
    )


def _log_terms(sites: Sequence[Site], at: datetime) -> list[tuple[LogTerm, list[Ground]]]:
    """What the law says of each site, beside what the house decided."""
    return [(term, list(grounds(term.citations))) for term in log_terms(sites, at)]


def _thin_form() -> NoteForm:
    return NoteForm(prefix="thin", label=gettext("Why the rows are deleted now"))


def _may(change: Change, person: Person) -> dict[str, bool]:
    """What this person may do about a change that waits."""
    either = person.may(Permission.CHANGE_POLICIES) or person.may(Permission.AGREE_POLICIES)
    return {
        "agree": person.may(Permission.AGREE_POLICIES) and change.asked_by_id != person.pk,
        "withdraw": either,
        "own": change.asked_by_id == person.pk,
    }
