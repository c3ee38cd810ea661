"""Security keys and passkeys (WebAuthn, W3C Level 2), checked by python-fido2.

A ceremony has two halves: options with a fresh challenge go to the browser, its answer comes back. Between them the
state lies in the session and is used once. Attestation is not asked for: which maker's key it is, is nobody's business.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import parse_registration_response
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.factors.rows import new_factor_id, rows_of
from mingcha.records.accounts.models import Person

ANSWER_LIMIT = 20_000
# What the two libraries raise on an answer that is malformed, for another house, or forged.
_WRONG = (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, struct.error)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent back: the text of its answer, the state of the ceremony it belongs to, and the house."""

    text: str
    state: Mapping[str, Any]
    host: str


def works_at(host: str, *, secure: bool) -> bool:
    """Whether browsers offer keys at this address: by https under a name, or on this machine as ``localhost``."""
    name = host.rpartition(":")[0] or host
    is_number = name.startswith("[") or name.replace(".", "").isdigit()
    return name == "localhost" or name.endswith(".localhost") or (secure and not is_number)


def begin_adding(person: Person, host: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options for the browser and the state to keep, for a key that is not among the person's yet."""
    user = PublicKeyCredentialUserEntity(id=person.public_id.encode(), name=person.username, display_name=person.name)
    options, state = _server(host).register_begin(
        user=user,
        credentials=[credential for _row, credential in _known(person)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), dict(state)


def take(person: Person, name: str, answer: Answer, at: datetime) -> str:
    """Check the answer and keep the key; returns the id of the factor. Raises NotAllowed (``factor.key_wrong``)."""
    try:
        fields = _fields(answer)
        data = _server(answer.host).register_complete(dict(answer.state), fields)
        known = {bytes(credential.credential_id) for _row, credential in _known(person)}
        if data.credential_data is None or bytes(data.credential_data.credential_id) in known:
            raise ValueError("known already")
    except _WRONG as error:
        raise _wrong() from error
    public_id = new_factor_id()
    kept = {"name": name, "credential": fields, "counter": data.counter, "public_id": public_id}
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data=kept, created_at=at, last_used_at=at
    )
    return public_id


def begin_asking(person: Person, host: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options for the browser and the state to keep, for one of the person's keys."""
    options, state = _server(host).authenticate_begin(
        credentials=[credential for _row, credential in _known(person)],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), dict(state)


def use(person: Person, answer: Answer, at: datetime) -> bool:
    """Whether the answer was made now by one of the person's keys. A counter that did not rise means that the key has
    been copied (WebAuthn 6.1.1); keys without a counter always send zero. Call inside an act's transaction."""
    known = _known(person)
    try:
        fields = _fields(answer)
        used = _server(answer.host).authenticate_complete(
            dict(answer.state), [credential for _row, credential in known], fields
        )
        counter = AuthenticationResponse.from_dict(fields).response.authenticator_data.counter
    except _WRONG:
        return False
    row = next(row for row, credential in known if credential.credential_id == used.credential_id)
    if (counter or row.data["counter"]) and counter <= row.data["counter"]:
        return False
    row.data["counter"] = counter
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    return True


def _server(host: str) -> Fido2Server:
    """The relying party is the host without its port; the origin must be https, or http on ``localhost``."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return Fido2Server(PublicKeyCredentialRpEntity(id=name, name="Mingcha"))


def _known(person: Person) -> list[tuple[Authenticator, AttestedCredentialData]]:
    rows = rows_of(person).filter(type=Authenticator.Type.WEBAUTHN).order_by("id")
    parsed = ((row, parse_registration_response(row.data["credential"])) for row in rows)
    return [(row, answer.response.attestation_object.auth_data.credential_data) for row, answer in parsed]


def _fields(answer: Answer) -> dict[str, Any]:
    if len(answer.text) > ANSWER_LIMIT:
        raise ValueError("too long")
    fields = json.loads(answer.text)
    if not isinstance(fields, dict):
        raise TypeError("not an object")
    return fields


def _wrong() -> NotAllowed:
    return NotAllowed("factor.key_wrong", "The key's answer is not valid.")
