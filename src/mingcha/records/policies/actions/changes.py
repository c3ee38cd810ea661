"""Acts that change policies. Stricter holds at once; weaker waits for another person, and then for its notice."""

from __future__ import annotations

from datetime import datetime, timedelta

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.ids import is_id
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.policies.models import Change, Policy
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import RULES, TEXT_LIMIT, ValueKind
from mingcha.records.register.actions import act, enter


@act("policy.changed", "policy.change_asked", "policy.change_withdrawn")
def change_policy(
    *, key: str, value: int, reason: str, actor: Person, at: datetime, scope: str = "", scope_name: str = ""
) -> Change:
    """Decide a policy anew, everywhere or at one site (`scope`: its public id). Stricter than what holds now, or equal:
    it holds from now on. Weaker: it waits for `agree_to_change`. Whatever waited before for this policy and scope is
    withdrawn.

    Raises NotAllowed, Invalid (``policy.unknown``, ``policy.value``, ``policy.scope``, ``policy.reason``).
    """
    require(actor, Permission.CHANGE_POLICIES)
    _check(key, value, scope)
    why = read_words(reason)
    if not why:
        raise Invalid("policy.reason", "A reason is missing.")
    before, rule = value_of(key, site=scope or None, at=at), RULES[key]
    _overtake(key, scope, actor, at)
    is_weaker = rule.rank(value) < rule.rank(before)
    change = Change.objects.create(
        key=key,
        scope=scope,
        scope_name=scope_name[:200],
        old_value=before,
        new_value=value,
        reason=why,
        asked_at=at,
        asked_by=actor,
        is_weaker=is_weaker,
        effective_at=None if is_weaker else at,
    )
    _settle(change, before, at)
    _enter(change, actor, at, word="policy.change_asked" if is_weaker else "policy.changed")
    return change


@act("policy.change_agreed")
def agree_to_change(*, change: Change, actor: Person, at: datetime) -> None:
    """Consent to a weakening that another asked for; it holds once its notice is over.

    Raises NotAllowed (``policy.same_person``), Conflict (``policy.change_state``, ``policy.asker_gone``).
    """
    require(actor, Permission.AGREE_POLICIES)
    asker = Person.objects.get(pk=change.asked_by_id)
    if asker.pk == actor.pk:
        raise NotAllowed("policy.same_person", "Who asked for the change may not agree to it.")
    if not asker.may(Permission.CHANGE_POLICIES):
        raise Conflict("policy.asker_gone", "Who asked may no longer change policies.")
    begins = at + timedelta(days=RULES[change.key].notice_days)
    waiting = Change.objects.filter(pk=change.pk, asked_by=asker, effective_at__isnull=True, withdrawn_at__isnull=True)
    if waiting.update(agreed_at=at, agreed_by=actor, effective_at=begins) != 1:
        raise Conflict("policy.change_state", "The change is in another state by now.")
    change.refresh_from_db()
    _settle(change, value_of(change.key, site=change.scope or None, at=at), at)
    _enter(change, actor, at, refs=(asker,))


@act("policy.change_withdrawn")
def withdraw_change(*, change: Change, actor: Person, at: datetime) -> None:
    """Take a weakening back before it holds; whoever may change policies or agree may do so alone. Raises Conflict
    (``policy.change_state``)."""
    if not actor.may(Permission.AGREE_POLICIES):
        require(actor, Permission.CHANGE_POLICIES)
    change.refresh_from_db()
    if not (change.is_waiting or change.is_coming(at)):
        raise Conflict("policy.change_state", "The change is in another state by now.")
    _withdraw(change, actor, at, word="")


def read_words(text: str) -> str:
    """Free text as people write it, trimmed, without control characters. Raises Invalid (``text.long``)."""
    said = " ".join(text.split())
    if len(said) > TEXT_LIMIT:
        raise Invalid("text.long", "The text is too long.", limit=TEXT_LIMIT)
    return "".join(char for char in said if char.isprintable())


def _check(key: str, value: int, scope: str) -> None:
    rule = RULES.get(key)
    if rule is None:
        raise Invalid("policy.unknown", "There is no such policy.")
    if isinstance(value, bool) or not rule.least <= value <= rule.most:
        raise Invalid("policy.value", "The value is out of its bounds.", least=rule.least, most=rule.most)
    if scope and not (rule.per_site and is_id(scope, "sit")):
        raise Invalid("policy.scope", "This policy cannot be decided there.")


def _overtake(key: str, scope: str, actor: Person, at: datetime) -> None:
    """Withdraw what waits or is to come: it was meant for another state of things."""
    for change in Change.objects.filter(key=key, scope=scope, withdrawn_at__isnull=True, is_weaker=True):
        if change.is_waiting or change.is_coming(at):
            _withdraw(change, actor, at, word="policy.change_withdrawn")


def _withdraw(change: Change, actor: Person, at: datetime, *, word: str) -> None:
    was_coming = change.is_coming(at)
    Change.objects.filter(pk=change.pk).update(withdrawn_at=at, withdrawn_by=actor)
    change.refresh_from_db()
    if was_coming:
        Policy.objects.filter(key=change.key, scope=change.scope, next_from=change.effective_at).update(
            next_value=None, next_from=None
        )
    _enter(change, actor, at, word=word)


def _settle(change: Change, before: int, at: datetime) -> None:
    """Write into the row in force what was decided. `before`: what holds now, which a row of a site begins with."""
    if change.effective_at is None:
        return
    row, _made = Policy.objects.get_or_create(
        key=change.key, scope=change.scope, defaults={"value": before, "since": at}
    )
    if change.effective_at > at:
        row.value, row.next_value, row.next_from = row.value_at(at), change.new_value, change.effective_at
    else:
        row.value, row.since, row.next_value, row.next_from = change.new_value, at, None, None
    row.save()


def _enter(change: Change, actor: Person, at: datetime, *, word: str = "", refs: tuple[Person, ...] = ()) -> None:
    is_flag = RULES[change.key].kind is ValueKind.YES_NO
    old, new = change.old_value, change.new_value
    enter(
        actor=actor,
        at=at,
        subject=change.public_id,
        subject_name=change.scope_name,
        refs=[*(person.public_id for person in refs), *([change.scope] if change.scope else [])],
        detail={
            "policy": change.key,
            "scope": change.scope,
            "policy_before": bool(old) if is_flag else old,
            "policy_value": bool(new) if is_flag else new,
            "why": change.reason,
            "asked_by": change.asked_by.name,
            "effective_us": from_datetime(change.effective_at) if change.effective_at else None,
        },
        word=word,
    )
