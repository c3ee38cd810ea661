"""Second factors: added, used, removed, cleared; sealed at rest; used once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts import actions
from mingcha.records.accounts.actions import HalfSignedIn
from mingcha.records.accounts.actions.factors import KEY_LIMIT
from mingcha.records.accounts.actions.sign_in import note_sign_in
from mingcha.records.accounts.factors import app, codes, keys
from mingcha.records.accounts.factors.keys import Answer
from mingcha.records.accounts.factors.rows import factors_of, has_second_factor
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import PAIR_LIMIT, SECOND_LIMIT, WINDOW
from mingcha.records.accounts.states import Proof
from tests.records.accounts.soft_key import HOST, SoftKey
from tests.support.office import AT, LATER, PASSWORD, last_entry, words

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=30)


def code(at: datetime, secret: str = SECRET) -> str:
    return str(format_hotp_value(hotp_value(secret, from_datetime(at) // US_PER_S // 30)))


def with_app(person: Person) -> list[str]:
    return actions.add_app(person=person, secret=SECRET, code=code(AT), at=AT)


def second(person: Person, proof: str | Answer, at: datetime = LATER, address: str = "10.1.1.1") -> None:
    actions.sign_in_second(person=person, proof=proof, address=address, at=at, by=Proof.PASSWORD)


def with_key(person: Person, name: str = "蓝色钥匙") -> SoftKey:
    key = SoftKey()
    options, state = keys.begin_adding(person, HOST)
    actions.add_key(person=person, name=name, answer=key.create(options, state), at=AT)
    return key


def asked(person: Person, key: SoftKey, **changes: Any) -> Answer:
    options, state = keys.begin_asking(person, HOST)
    return key.get(options, state, **changes)


def test_the_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, SHA-1, the last six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime.fromisoformat("2005-03-18T01:58:29+00:00")
    assert app.matching_step(secret, "081804", at) == 0x23523EC
    assert app.matching_step(secret, "081 804", at + STEP) == 0x23523EC
    assert app.matching_step(secret, "081804", at + 2 * STEP) is None


def test_the_first_factor_comes_with_recovery_codes_the_second_without(guard: Person) -> None:
    made = with_app(guard)
    assert len(set(made)) == 10
    assert words()[-2:] == ["person.second_factor_added", "person.recovery_codes_made"]
    with_key(guard)
    assert words()[-1] == "person.second_factor_added"
    assert codes.left(guard) == 10
    assert [factor.kind for factor in factors_of(guard)] == [Proof.APP, Proof.KEY]


def test_a_wrong_first_code_adds_nothing(guard: Person) -> None:
    with pytest.raises(NotAllowed):
        actions.add_app(person=guard, secret=SECRET, code="000000", at=AT)
    assert not has_second_factor(guard)


def test_there_is_one_app_at_a_time(guard: Person) -> None:
    with_app(guard)
    with pytest.raises(Conflict) as caught:
        with_app(guard)
    assert caught.value.code == "factor.app_known"


def test_no_secret_lies_in_the_database_in_clear(guard: Person) -> None:
    made = with_app(guard)
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in rows
    assert not [text for text in made if text in rows or text.replace("-", "") in rows]
    assert rows.count("sealed2:") == 2
    assert SECRET not in str(last_entry().detail)


def test_the_password_alone_no_longer_signs_in(guard: Person) -> None:
    with_app(guard)
    before = words()
    outcome = actions.sign_in(username="guard", password=PASSWORD, address="10.1.1.1", at=LATER)
    assert outcome == HalfSignedIn(guard)
    assert words() == before
    second(guard, code(LATER))
    assert last_entry().detail_fields["second_factor"] == "app"


def test_a_code_is_good_once(guard: Person) -> None:
    with_app(guard)
    second(guard, code(LATER))
    with pytest.raises(NotAllowed) as caught:
        second(guard, code(LATER))
    assert caught.value.code == "factor.wrong"
    assert words()[-1] == "person.second_factor_failed"


def test_the_code_that_added_the_app_does_not_sign_in(guard: Person) -> None:
    with_app(guard)
    with pytest.raises(NotAllowed):
        second(guard, code(AT), at=AT)


def test_an_older_code_of_the_window_is_refused_after_a_newer_one(guard: Person) -> None:
    with_app(guard)
    second(guard, code(LATER + STEP))
    with pytest.raises(NotAllowed):
        second(guard, code(LATER))


def test_a_recovery_code_opens_once_and_is_entered(guard: Person) -> None:
    made = with_app(guard)
    second(guard, made[3])
    assert words()[-2:] == ["person.signed_in", "person.recovery_code_used"]
    assert last_entry().detail_fields == {"codes_left": 9}
    with pytest.raises(NotAllowed):
        second(guard, made[3])
    second(guard, made[0].replace("-", " "))


def test_new_recovery_codes_make_the_old_ones_worthless(guard: Person) -> None:
    old = with_app(guard)
    new = actions.renew_recovery_codes(person=guard, at=AT)
    with pytest.raises(NotAllowed):
        second(guard, old[0])
    second(guard, new[0])


def test_recovery_codes_want_a_factor_to_recover(guard: Person) -> None:
    with pytest.raises(Conflict):
        actions.renew_recovery_codes(person=guard, at=AT)


def test_a_key_opens(guard: Person) -> None:
    key = with_key(guard)
    second(guard, asked(guard, key))
    assert last_entry().detail_fields["second_factor"] == "key"
    second(guard, asked(guard, key))


def test_an_answer_of_a_key_is_not_good_for_another_challenge(guard: Person) -> None:
    key = with_key(guard)
    answer = asked(guard, key)
    _options, other = keys.begin_asking(guard, HOST)
    with pytest.raises(NotAllowed):
        second(guard, Answer(answer.text, other, HOST))


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost.evil.example", "https://example.org"])
def test_an_answer_made_for_another_house_is_refused(guard: Person, origin: str) -> None:
    key = with_key(guard)
    with pytest.raises(NotAllowed):
        second(guard, asked(guard, key, origin=origin))


def test_a_copied_key_is_found_by_its_counter(guard: Person) -> None:
    key = with_key(guard)
    second(guard, asked(guard, key))
    key.counter = 0
    with pytest.raises(NotAllowed):
        second(guard, asked(guard, key))


def test_a_key_of_another_person_opens_nothing(guard: Person, manager: Person) -> None:
    key, _own = with_key(manager), with_key(guard)
    with pytest.raises(NotAllowed):
        second(guard, asked(guard, key))


def test_the_same_key_is_not_added_twice(guard: Person) -> None:
    key = with_key(guard)
    options, state = keys.begin_adding(guard, HOST)
    with pytest.raises(NotAllowed) as caught:
        actions.add_key(person=guard, name="又一次", answer=key.create(options, state), at=AT)
    assert caught.value.code == "factor.key_wrong"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"id": 1}', "x" * 30_000, '{"id":"AA","rawId":"AA","response":{"clientDataJSON":"e30"}}'],
)
def test_nonsense_is_refused_not_broken(guard: Person, text: str) -> None:
    key = with_key(guard)
    _options, state = keys.begin_asking(guard, HOST)
    with pytest.raises(NotAllowed):
        second(guard, Answer(text, state, HOST))
    with pytest.raises(NotAllowed):
        actions.add_key(person=guard, name="x", answer=Answer(text, state, HOST), at=AT)
    second(guard, asked(guard, key))


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb"])
def test_a_key_wants_a_name(guard: Person, name: str) -> None:
    options, state = keys.begin_adding(guard, HOST)
    with pytest.raises(Invalid):
        actions.add_key(person=guard, name=name, answer=SoftKey().create(options, state), at=AT)


def test_removing_the_last_one_takes_the_recovery_codes_along(guard: Person) -> None:
    with_app(guard)
    actions.remove_factor(person=guard, public_id=factors_of(guard)[0].public_id, at=AT)
    assert last_entry().act == "person.second_factor_removed"
    assert not Authenticator.objects.exists()
    assert actions.sign_in(username="guard", password=PASSWORD, address="10.1.1.1", at=LATER) == guard


def test_nobody_removes_another_persons_factor(guard: Person, manager: Person) -> None:
    with_app(guard)
    with pytest.raises(NotAllowed) as caught:
        actions.remove_factor(person=manager, public_id=factors_of(guard)[0].public_id, at=AT)
    assert caught.value.code == "factor.unknown"


def test_a_manager_clears_what_somebody_lost(guard: Person, manager: Person) -> None:
    with_app(guard)
    actions.clear_second_factors(person=guard, actor=manager, at=AT)
    assert not has_second_factor(guard)
    assert (last_entry().act, last_entry().actor) == ("person.second_factors_cleared", manager.public_id)


def test_clearing_is_for_managers_and_for_others(guard: Person, manager: Person, outsider: Person) -> None:
    with_app(guard)
    for actor in (guard, outsider):
        with pytest.raises(NotAllowed):
            actions.clear_second_factors(person=guard, actor=actor, at=AT)
    with pytest.raises(Conflict):
        actions.clear_second_factors(person=manager, actor=manager, at=AT)
    assert has_second_factor(guard)


def wrong(person: Person, times: int, **changes: Any) -> None:
    for _ in range(times):
        with pytest.raises(NotAllowed) as caught:
            second(person, "000000", **changes)
        assert caught.value.code == "factor.wrong"


def test_guessing_codes_is_locked_and_entered(guard: Person) -> None:
    with_app(guard)
    wrong(guard, PAIR_LIMIT)
    assert words()[-2:] == ["person.second_factor_failed", "person.locked_out"]
    with pytest.raises(NotAllowed) as caught:
        second(guard, code(LATER))
    assert caught.value.code == "sign_in.locked"
    second(guard, code(LATER + WINDOW), at=LATER + WINDOW)


def test_guessing_codes_from_many_machines_is_locked_too(guard: Person) -> None:
    with_app(guard)
    for number in range(SECOND_LIMIT // 2):
        wrong(guard, 2, address=f"10.2.0.{number}")
    with pytest.raises(NotAllowed) as caught:
        second(guard, code(LATER), address="10.3.0.1")
    assert caught.value.code == "sign_in.locked"


def test_failed_codes_do_not_lock_the_guards_password_elsewhere(guard: Person) -> None:
    with_app(guard)
    wrong(guard, PAIR_LIMIT, address="10.9.9.9")
    assert isinstance(actions.sign_in(username="guard", password=PASSWORD, address="10.1.1.1", at=LATER), HalfSignedIn)


def test_an_account_closed_meanwhile_stays_out(guard: Person, manager: Person) -> None:
    with_app(guard)
    actions.disable_person(person=guard, actor=manager, at=AT)
    with pytest.raises(NotAllowed) as caught:
        second(guard, code(LATER))
    assert caught.value.code == "sign_in.failed"


def test_showing_once_more_who_one_is_by_a_code(guard: Person) -> None:
    with_app(guard)
    actions.confirm_second_factor(person=guard, proof=code(LATER), address="10.1.1.1", at=LATER)
    assert last_entry().act == "person.identity_confirmed"
    with pytest.raises(NotAllowed):
        actions.confirm_second_factor(person=guard, proof=code(LATER), address="10.1.1.1", at=LATER)


def test_switched_off_none_is_added_but_who_has_one_is_asked(guard: Person, manager: Person, settings: Any) -> None:
    with_app(guard)
    settings.SECOND_FACTOR = "off"
    with pytest.raises(Conflict):
        with_app(manager)
    assert isinstance(actions.sign_in(username="guard", password=PASSWORD, address="10.1.1.1", at=LATER), HalfSignedIn)


def test_there_is_an_end_to_how_many_keys(guard: Person) -> None:
    for number in range(KEY_LIMIT):
        with_key(guard, f"钥匙 {number}")
    with pytest.raises(Conflict) as caught:
        with_key(guard)
    assert caught.value.code == "factor.too_many"


def test_removing_one_of_two_leaves_the_recovery_codes(guard: Person) -> None:
    with_app(guard)
    with_key(guard)
    actions.remove_factor(person=guard, public_id=factors_of(guard)[1].public_id, at=AT)
    assert [factor.kind for factor in factors_of(guard)] == [Proof.APP]
    assert codes.left(guard) == 10


def test_no_way_in_forgets_the_second_factor(guard: Person) -> None:
    with_app(guard)
    with pytest.raises(NotAllowed) as caught:
        note_sign_in(person=guard, address="10.1.1.1", at=LATER)
    assert caught.value.code == "factor.wrong"
    assert "person.signed_in" not in words()


def test_a_key_alone_takes_no_codes_of_an_app(guard: Person) -> None:
    with_key(guard)
    with pytest.raises(NotAllowed):
        second(guard, code(LATER))


def test_a_one_time_password_is_used_up_only_with_the_second_factor(guard: Person, manager: Person) -> None:
    with_app(guard)
    password = actions.issue_one_time_login(person=guard, actor=manager, at=AT)
    for _ in range(2):
        outcome = actions.sign_in(username="guard", password=password, address="10.1.1.1", at=LATER)
        assert isinstance(outcome, HalfSignedIn)
    person, twin = outcome.person, Person.objects.get(pk=guard.pk)
    second(person, code(LATER))
    assert last_entry().detail_fields["one_time"] is True
    with pytest.raises(NotAllowed) as caught:
        second(twin, code(LATER + STEP))
    assert caught.value.code == "sign_in.failed"
    assert words()[-1] == "person.signed_in"
