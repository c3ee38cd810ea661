"""Codes of an authenticator app (TOTP, RFC 6238): six digits that change every half minute."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from django.utils.safestring import SafeString, mark_safe

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.records.accounts.factors.rows import new_factor_id, rows_of
from mingcha.records.accounts.models import Person

PERIOD_S = 30
ISSUER = "Mingcha"
# One step before and after: the clock of a telephone may be half a minute off.
_TOLERANCE = 1


def new_secret() -> str:
    """160 random bits in base 32, to be shown to the person once."""
    return str(generate_totp_secret())


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, among those near `at`; None when it is none of them."""
    now = from_datetime(at) // US_PER_S // PERIOD_S
    for step in (now, *(now + shift for shift in range(-_TOLERANCE, _TOLERANCE + 1) if shift)):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def take(person: Person, secret: str, step: int, at: datetime) -> str:
    """Keep the app's secret, sealed, and the step of the code that confirmed it; returns the id of the factor."""
    public_id = new_factor_id()
    data = {"secret": encrypt(secret), "last_step": step, "public_id": public_id}
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data=data, created_at=at, last_used_at=at)
    return public_id


def use(person: Person, code: str, at: datetime) -> bool:
    """Whether the code is right, newer than the last one used, and used now. Call inside an act's transaction, which
    holds the write lock: two requests with one code cannot both pass."""
    row = rows_of(person).filter(type=Authenticator.Type.TOTP).select_for_update().first()
    if row is None:
        return False
    step = matching_step(decrypt(row.data["secret"]), code, at)
    if step is None or step <= row.data["last_step"]:
        return False
    row.data["last_step"] = step
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    return True


def address(person: Person, secret: str, host: str) -> str:
    """What the QR code says (Key Uri Format): `host` tells two offices in one app apart."""
    label = quote(f"{ISSUER} {host}:{person.username}")
    query = urlencode({"secret": secret, "issuer": f"{ISSUER} {host}"}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"


def qr_code(text: str) -> SafeString:
    """The text as an inline SVG: dark on white in every theme, no style of its own."""
    drawn = segno.make(text, error="m").svg_inline(scale=5, border=4, light="#fff", svgclass="qr", omitsize=False)
    return mark_safe(drawn)  # noqa: S308 - made by the library from our own text
