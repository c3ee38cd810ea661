"""A client of the organisation's OpenID Connect provider: code flow with PKCE (OpenID Connect Core 3.1, RFC 7636).

It asks who somebody is and decides nothing. Signatures are PyJWT's business; what the standard demands besides (issuer,
audience, nonce, times) is checked here against the given instant. Nothing of the provider is stored but what one
sign-in needs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.errors import Invalid, NotAllowed, Unavailable

TIMEOUT_S = 10
ANSWER_LIMIT = 1 << 18
LEEWAY_S = 60
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True, slots=True)
class Provider:
    """What the settings say: `secret` empty for a public client; `claim` holds the sign-in name."""

    issuer: str
    client_id: str
    secret: str
    claim: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for. `subject`: issuer and its id of the person, which is never given to another."""

    username: str
    subject: str


@dataclass(frozen=True, slots=True)
class Trip:
    """What must come back unchanged from one journey to the provider; lies in the session meanwhile."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Trip:
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


def departure(provider: Provider, trip: Trip, back: str) -> str:
    """The provider's address that the browser goes to; `back`: our own address to return to. Raises Unavailable."""
    place = _endpoint(_discover(provider), "authorization_endpoint")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(trip.verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "scope": "openid profile",
        "state": trip.state,
        "nonce": trip.nonce,
        "code_challenge": challenge.decode("ascii"),
        "code_challenge_method": "S256",
    }
    return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(query)}"


def arrival(provider: Provider, trip: Trip, answer: Mapping[str, str], back: str, at: datetime) -> Identity:
    """Whom the provider sent back. `answer`: the query it came with. Raises NotAllowed with the code of what was wrong
    (``organisation.*``) or Unavailable."""
    if not secrets.compare_digest(answer.get("state", "").encode(), trip.state.encode()):
        raise _refused("state", "The answer does not belong to this browser's request.")
    described = _discover(provider)
    # RFC 9207: a provider that names itself in its answer must be the one we asked.
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise _refused("issuer", "Another provider answered.")
    code = answer.get("code", "")
    if answer.get("error") or not code:
        raise _refused("denied", "The provider refused or the person turned back.")
    token = _redeem(provider, described, trip, code, back)
    claims = _verified(provider, described, token, at)
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), trip.nonce.encode()):
        raise _refused("nonce", "The ID token belongs to another request.")
    username, subject = claims.get(provider.claim), claims.get("sub")
    if not isinstance(username, str) or not username.strip() or not isinstance(subject, str) or not subject:
        raise _refused("claim", f"The ID token lacks {provider.claim} or sub.")
    return Identity(username.strip(), f"{provider.issuer} {subject}"[:400])


def _discover(provider: Provider) -> dict[str, Any]:
    described = _get(f"{provider.issuer}/.well-known/openid-configuration")
    if described.get("issuer") != provider.issuer:
        raise _refused("issuer", "The provider calls itself by another name.")
    return described


def _redeem(provider: Provider, described: dict[str, Any], trip: Trip, code: str, back: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": provider.client_id,
        "code_verifier": trip.verifier,
    }
    methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    basic = None
    if provider.secret and "client_secret_basic" in methods:
        basic = requests.auth.HTTPBasicAuth(provider.client_id, provider.secret)
    elif provider.secret:
        form["client_secret"] = provider.secret
    status, answer = _ask("POST", _endpoint(described, "token_endpoint"), data=form, auth=basic)
    token = answer.get("id_token")
    if status != requests.codes.ok or not isinstance(token, str):
        raise _refused("code", "The provider did not take the code.")
    return token


def _verified(provider: Provider, described: dict[str, Any], token: str, at: datetime) -> dict[str, Any]:
    published = _keys(described)
    try:
        keys = jwt.PyJWKSet.from_dict(published)
        header = jwt.get_unverified_header(token)
        key = _key_for(keys, header)
        # Times are checked below against the instant of the request, not the library's clock.
        options: Any = {
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
            "require": ["iss", "aud", "exp", "iat", "sub"],
        }
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=provider.client_id,
            issuer=provider.issuer,
            options=options,
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise _refused("token", "The ID token is not valid.") from error
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != provider.client_id:
        raise _refused("token", "The ID token was made for somebody else.")
    _check_times(claims, at)
    return claims


def _key_for(keys: jwt.PyJWKSet, header: Mapping[str, Any]) -> jwt.PyJWK:
    """The key the token names; the only one when it names none."""
    named = header.get("kid")
    found = [key for key in keys.keys if named is None or key.key_id == named]
    if len(found) != 1 or header.get("alg") not in ALGORITHMS:
        raise ValueError("no single key for the token")
    return found[0]


def _check_times(claims: Mapping[str, Any], at: datetime) -> None:
    now = from_datetime(at) // US_PER_S
    moments = [claims["exp"], claims["iat"], claims.get("nbf", 0)]
    if not all(isinstance(moment, int | float) for moment in moments):
        raise _refused("token", "The ID token has no times.")
    if now >= moments[0] + LEEWAY_S or now < max(moments[1], moments[2]) - LEEWAY_S:
        raise _refused("expired", "The ID token is over or not yet valid: compare the clocks.")


def _keys(described: dict[str, Any]) -> dict[str, Any]:
    """The provider's signing keys; shared secrets are left out, since an ID token must not be signed by the client."""
    published = _get(_endpoint(described, "jwks_uri")).get("keys")
    keys = [key for key in published if isinstance(key, dict)] if isinstance(published, list) else []
    usable = [key for key in keys if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]
    if not usable:
        raise Unavailable("organisation.away", "The provider publishes no signing key.")
    return {"keys": usable}


def _endpoint(described: Mapping[str, Any], name: str) -> str:
    place = described.get(name)
    if not isinstance(place, str):
        raise Unavailable("organisation.away", f"The provider names no {name}.")
    check_address(place)
    return place


def check_address(address: str) -> None:
    """https everywhere but on this machine. Raises Invalid."""
    parts = urlsplit(address)
    here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or parts.scheme not in (("https", "http") if here else ("https",)):
        raise Invalid("organisation.address", "The provider's addresses must begin with https://.")


def _get(address: str) -> dict[str, Any]:
    check_address(address)
    status, answer = _ask("GET", address)
    if status != requests.codes.ok:
        raise Unavailable("organisation.away", "The provider does not describe itself.")
    return answer


def _ask(method: str, address: str, **options: Any) -> tuple[int, dict[str, Any]]:
    """One bounded request without redirects: a provider that redirects us elsewhere could learn the secret."""
    try:
        with requests.request(
            method,
            address,
            timeout=TIMEOUT_S,
            allow_redirects=False,
            stream=True,
            headers={"Accept": "application/json"},
            **options,
        ) as answer:
            body = answer.raw.read(ANSWER_LIMIT + 1, decode_content=True)
            status = answer.status_code
        fields = json.loads(body) if len(body) <= ANSWER_LIMIT else None
    except (requests.RequestException, OSError, ValueError) as error:
        raise Unavailable("organisation.away", "The organisation's sign-in does not answer.") from error
    if not isinstance(fields, dict):
        raise Unavailable("organisation.away", "The organisation's sign-in answers something else than JSON.")
    return status, fields


def _refused(what: str, message: str) -> NotAllowed:
    return NotAllowed(f"organisation.{what}", message)
