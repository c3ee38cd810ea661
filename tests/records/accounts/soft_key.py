"""A security key in software: P-256, attestation "none" (WebAuthn Level 2, 6.5)."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

from mingcha.records.accounts.factors.keys import Answer

ORIGIN = "http://localhost:8800"
HOST = "localhost:8800"


class SoftKey:
    """Answers ceremonies. `counter` is what it says how often it was used."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(16)
        self.counter = 0

    def create(self, options: dict[str, Any], state: dict[str, Any], origin: str = ORIGIN) -> Answer:
        """The answer to options of `begin_adding`."""
        public = options["publicKey"]
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.credential_id, ES256.from_cryptography_key(self._private.public_key())
        )
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(
            hashlib.sha256(public["rp"]["id"].encode()).digest(), flags, self.counter, bytes(credential)
        )
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(data)})
        response = {
            "clientDataJSON": self._client("webauthn.create", public["challenge"], origin),
            "attestationObject": websafe_encode(attestation),
        }
        return self._answer(response, state)

    def get(self, options: dict[str, Any], state: dict[str, Any], origin: str = ORIGIN) -> Answer:
        """The answer to options of `begin_asking`; counts one use."""
        self.counter += 1
        public = options["publicKey"]
        data = AuthenticatorData.create(
            hashlib.sha256(public["rpId"].encode()).digest(), AuthenticatorData.FLAG.UP, self.counter
        )
        client = self._client("webauthn.get", public["challenge"], origin)
        signed = bytes(data) + hashlib.sha256(_decoded(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": websafe_encode(bytes(data)),
            "signature": websafe_encode(self._private.sign(signed, ec.ECDSA(hashes.SHA256()))),
        }
        return self._answer(response, state)

    def _client(self, kind: str, challenge: str, origin: str) -> str:
        fields = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
        return str(websafe_encode(json.dumps(fields).encode()))

    def _answer(self, response: dict[str, Any], state: dict[str, Any]) -> Answer:
        name = websafe_encode(self.credential_id)
        fields = {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        return Answer(json.dumps(fields), state, HOST)


def _decoded(text: str) -> bytes:
    from fido2.utils import websafe_decode

    return bytes(websafe_decode(text))
