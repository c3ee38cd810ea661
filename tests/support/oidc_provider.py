"""A little OpenID Connect provider on this machine: code flow, PKCE, signed ID tokens. What it does wrong is told."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, SECRET = "mingcha", "s3cret of the client"


@cache
def a_key(number: int = 1) -> rsa.RSAPrivateKey:
    """One key per number: making them takes longer than all else."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """Who is signed in at the provider, and what is bent: `claims` replace those of the ID token (None takes one
    away), `described` those of its description."""

    at: datetime
    username: str = "guard"
    subject: str = "sub-1"
    claims: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    refuses: str = ""
    algorithm: str = "RS256"
    signing_key: Any = None
    issuer: str = ""
    redeemed: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = a_key()
        self._codes: dict[str, dict[str, str]] = {}

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.described,
        }

    def keys(self) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, query: dict[str, str]) -> str:
        if self.refuses:
            return f"{query['redirect_uri']}?{urlencode({'error': self.refuses, 'state': query['state']})}"
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], header: str) -> dict[str, Any] | None:
        self.redeemed.append(form)
        asked = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if asked is None or header != f"Basic {basic}" or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": self.subject,
            "nonce": asked["nonce"],
            "iat": int(self.at.timestamp()),
            "exp": int((self.at + timedelta(minutes=5)).timestamp()),
            "preferred_username": self.username,
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        key = None if self.algorithm == "none" else self.signing_key or self._key
        token = jwt.encode(kept, key, algorithm=self.algorithm, headers={"kid": "one"})
        return {"id_token": token, "access_token": "unused", "token_type": "Bearer"}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()
            elif parts.path == "/keys":
                self._say(provider.keys())
            else:
                self._say(provider.describe())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            answer = provider.redeem(form, self.headers.get("Authorization", ""))
            self._say(answer or {"error": "invalid_grant"}, 200 if answer else 400)

        def _say(self, fields: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(fields).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Handler


@contextmanager
def running(at: datetime) -> Iterator[Provider]:
    """The provider on a port that the kernel chooses."""
    provider = Provider(at)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider)) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
