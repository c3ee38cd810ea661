"""Signing in through the organisation's own provider, which runs on this machine for the test."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from mingcha.records.accounts import actions
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import ADDRESS_LIMIT
from mingcha.records.register.models import Entry
from tests.records.accounts.test_factors import SECRET, code
from tests.support.office import AT, browser, last_entry, words
from tests.support.oidc_provider import CLIENT_ID, Provider, a_key, running
from tests.support.oidc_provider import SECRET as CLIENT_SECRET


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running(AT) as provider:
        settings.OIDC_ISSUER = provider.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        yield provider


def leave(client: Client, target: str = "/cameras/") -> str:
    """To the provider's address."""
    return str(client.get("/sign-in/organisation/", {"next": target}).headers["Location"])


def visit(address: str) -> str:
    """What the browser does at the provider: it is signed in there already, and is sent back."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    back = connection.getresponse().headers["Location"]
    connection.close()
    return str(back)


def sign_in(client: Client, target: str = "/cameras/") -> Any:
    return client.get(visit(leave(client, target)))


def refused(client: Client, response: Any, why: str) -> None:
    """Nobody is signed in, the page says so, and the book says why."""
    assert response.status_code == 403
    assert 'role="alert"' in response.text
    assert client.get("/about/").status_code == 302
    assert (last_entry().act, last_entry().detail_fields["why"]) == ("person.organisation_refused", why)


def test_an_existing_person_comes_in_and_is_entered(guard: Person, provider: Provider) -> None:
    client = browser()
    assert sign_in(client).headers["Location"] == "/cameras/"
    assert client.get("/about/").status_code == 200
    assert (last_entry().act, last_entry().detail_fields["by"]) == ("person.signed_in", "organisation")


def test_the_request_carries_state_nonce_and_a_challenge(guard: Person, provider: Provider) -> None:
    query = {name: values[0] for name, values in parse_qs(urlsplit(leave(browser())).query).items()}
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == "http://testserver/sign-in/organisation/back/"
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    assert all(len(query[name]) >= 43 for name in ("state", "nonce", "code_challenge"))


def test_it_never_makes_an_account(provider: Provider) -> None:
    provider.username = "stranger"
    client = browser()
    refused(client, sign_in(client), "organisation.unknown_name")
    assert not Person.objects.exists()


def test_a_disabled_account_stays_shut(outsider: Person, provider: Provider) -> None:
    provider.username = "outsider"
    client = browser()
    refused(client, sign_in(client), "person.disabled")


def test_a_name_that_was_given_to_another_is_refused(guard: Person, provider: Provider) -> None:
    assert sign_in(browser()).status_code == 302
    provider.subject = "sub-2"
    client = browser()
    refused(client, sign_in(client), "organisation.other_subject")


def test_who_has_a_second_factor_is_asked_for_it(guard: Person, provider: Provider) -> None:
    actions.add_app(person=guard, secret=SECRET, code=code(AT - timedelta(seconds=30)), at=AT)
    client = browser()
    assert sign_in(client).headers["Location"] == "/sign-in/second/"
    assert client.get("/about/").status_code == 302
    assert client.post("/sign-in/second/", {"code": code(AT)}).headers["Location"] == "/cameras/"
    assert last_entry().detail_fields["by"] == "organisation"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "another"}, "organisation.nonce"),
        ({"nonce": None}, "organisation.nonce"),
        ({"aud": "somebody-else"}, "organisation.token"),
        ({"aud": ["mingcha", "somebody-else"]}, "organisation.token"),
        ({"iss": "https://evil.example"}, "organisation.token"),
        ({"exp": int(AT.timestamp()) - 61}, "organisation.expired"),
        ({"iat": int(AT.timestamp()) + 61}, "organisation.expired"),
        ({"exp": "soon"}, "organisation.token"),
        ({"exp": None}, "organisation.token"),
        ({"sub": None}, "organisation.token"),
        ({"preferred_username": None}, "organisation.claim"),
        ({"preferred_username": ["guard"]}, "organisation.claim"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    guard: Person, provider: Provider, claims: dict[str, Any], why: str
) -> None:
    provider.claims = claims
    client = browser()
    refused(client, sign_in(client), why)


def test_a_token_signed_by_somebody_else_is_refused(guard: Person, provider: Provider) -> None:
    provider.signing_key = a_key(2)
    client = browser()
    refused(client, sign_in(client), "organisation.token")


@pytest.mark.parametrize(("algorithm", "key"), [("none", None), ("HS256", CLIENT_SECRET * 2)])
def test_a_token_without_a_public_key_signature_is_refused(
    guard: Person, provider: Provider, algorithm: str, key: Any
) -> None:
    provider.algorithm, provider.signing_key = algorithm, key
    client = browser()
    refused(client, sign_in(client), "organisation.token")


def test_an_answer_to_another_browser_is_refused(guard: Person, provider: Provider) -> None:
    back = visit(leave(browser()))
    stranger, other = browser(), browser()
    refused(stranger, stranger.get(back), "organisation.state")
    leave(other)
    refused(other, other.get(back), "organisation.state")
    assert provider.redeemed == []


def test_an_answer_is_believed_once(guard: Person, provider: Provider) -> None:
    client = browser()
    back = visit(leave(client))
    client.get(back)
    client.post("/sign-out/")
    refused(client, client.get(back), "organisation.state")


def test_turning_back_at_the_provider_is_told(guard: Person, provider: Provider) -> None:
    provider.refuses = "access_denied"
    client = browser()
    refused(client, sign_in(client), "organisation.denied")


def test_a_wrong_client_secret_is_told(guard: Person, provider: Provider, settings: Any) -> None:
    settings.OIDC_CLIENT_SECRET = "wrong"
    client = browser()
    refused(client, sign_in(client), "organisation.code")


def test_a_provider_of_another_name_is_not_asked(guard: Person, provider: Provider) -> None:
    provider.described = {"issuer": "https://evil.example"}
    response = browser().get("/sign-in/organisation/")
    assert response.status_code == 403


def test_an_endpoint_without_https_elsewhere_is_not_asked(guard: Person, provider: Provider) -> None:
    provider.described = {"token_endpoint": "http://evil.example/token"}
    client = browser()
    refused(client, sign_in(client), "organisation.address")


def test_a_provider_that_is_away_leaves_the_password(guard: Person, settings: Any) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    response = browser().get("/sign-in/organisation/")
    assert response.status_code == 403
    assert 'name="password"' in response.text


def test_without_a_provider_there_is_no_button_and_no_way(guard: Person) -> None:
    assert "/sign-in/organisation/" not in browser().get("/sign-in/").text
    response = browser().get("/sign-in/organisation/")
    assert response.status_code == 403
    assert browser().get("/sign-in/organisation/back/?code=x&state=y").status_code == 403
    assert not Entry.objects.filter(act="person.organisation_refused").exists()


def test_the_way_back_leads_to_no_other_house(guard: Person, provider: Provider) -> None:
    assert sign_in(browser(), "https://evil.example/").headers["Location"] == "/"


def test_the_button_is_a_link_since_forms_may_lead_nowhere_else(provider: Provider, settings: Any) -> None:
    settings.OIDC_NAME = "滨江集团统一登录"
    response = browser().get("/sign-in/?next=/wall/")
    assert '<a class="button" href="/sign-in/organisation/?next=%2Fwall%2F">' in response.text
    assert "滨江集团统一登录" in response.text
    assert "form-action 'self'" in response.headers["Content-Security-Policy"]


def test_it_works_without_the_words_of_a_secret(guard: Person, provider: Provider) -> None:
    sign_in(browser())
    told = " ".join(Entry.objects.values_list("detail", flat=True))
    assert CLIENT_SECRET not in told
    assert "person.signed_in" in words()


def test_a_stranger_cannot_fill_the_book(provider: Provider) -> None:
    for _ in range(ADDRESS_LIMIT):
        assert browser().get("/sign-in/organisation/back/?code=x&state=y").status_code == 403
    before = Entry.objects.count()
    assert browser().get("/sign-in/organisation/back/?code=x&state=y").status_code == 429
    assert browser().get("/sign-in/organisation/").status_code == 403
    assert Entry.objects.count() == before


def test_the_second_time_is_as_the_first(guard: Person, provider: Provider) -> None:
    for _ in range(2):
        client = browser()
        assert sign_in(client).status_code == 302
        client.post("/sign-out/")


@pytest.mark.parametrize(
    ("described", "why"),
    [
        ({"jwks_uri": None}, "organisation.away"),
        ({"token_endpoint": 5}, "organisation.away"),
        ({"token_endpoint_auth_methods_supported": ["client_secret_post"]}, "organisation.code"),
    ],
)
def test_a_provider_that_describes_itself_badly_is_told(
    guard: Person, provider: Provider, described: dict[str, Any], why: str
) -> None:
    provider.described = described
    client = browser()
    refused(client, sign_in(client), why)


def test_a_provider_without_keys_is_told(guard: Person, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    shared_secret = {"keys": [{"kty": "oct", "kid": "one", "k": "AAAA"}]}
    monkeypatch.setattr(provider, "keys", lambda: shared_secret)
    client = browser()
    refused(client, sign_in(client), "organisation.away")


def test_a_provider_of_another_name_in_its_answer_is_refused(guard: Person, provider: Provider) -> None:
    client = browser()
    back = visit(leave(client))
    refused(client, client.get(f"{back}&iss=https%3A%2F%2Fevil.example"), "organisation.issuer")


def test_who_is_signed_in_is_led_on(guard: Person, provider: Provider) -> None:
    client = browser(guard)
    assert client.get("/sign-in/organisation/?next=/cameras/").headers["Location"] == "/cameras/"
    assert client.get("/sign-in/organisation/back/").headers["Location"] == "/"
