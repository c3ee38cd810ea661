"""What every view declares: who may, and whether the person must have shown a moment ago that it is they."""

from mingcha.records.accounts.gate.identity import confirmed_now, recent_identity
from mingcha.records.accounts.gate.permission import PersonRequest, View, address_of, permission, public, wants_json

__all__ = [
    "PersonRequest",
    "View",
    "address_of",
    "confirmed_now",
    "permission",
    "public",
    "recent_identity",
    "wants_json",
]
