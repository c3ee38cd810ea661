"""Numbers that name a person: resident id (GB 11643) and telephone. Pure: reading, checking, masking, birthday.

The check digit is python-stdnum's; the birthplace is not looked up, since counties are made and merged faster than any
list, and a true number must never be refused. Residents of Hong Kong, Macao and Taiwan and foreigners with permanent
residence hold numbers of the same form and check digit.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from mingcha.base.errors import Invalid

_RESIDENT = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_DOCUMENT = re.compile(r"[0-9A-Z]{5,20}", re.ASCII)
_PHONE = re.compile(r"\+?\d{7,15}", re.ASCII)
_SPACING = re.compile(r"[\s\-()\u2010-\u2015]+")
_SHOWN_FIRST, _SHOWN_LAST = 6, 4


def read_resident_id(text: str, *, on: date) -> str:
    """The 18 characters, with ASCII digits and a capital X. `on`: today; nobody is born after it.

    Raises Invalid: ``identity.shape``, ``identity.check_digit``, ``identity.birthday``. The number itself is never in
    the error.
    """
    number = _plain(text)
    if not _RESIDENT.fullmatch(number):
        raise Invalid("identity.shape", "A resident id has 17 digits and then a digit or X.")
    if number[-1] != ric.calc_check_digit(number):
        raise Invalid("identity.check_digit", "The check digit of the resident id is wrong: a digit was mistyped.")
    if birthday(number) > on:
        raise Invalid("identity.birthday", "The birthday in the resident id is no day of the past.")
    return number


def birthday(resident_id: str) -> date:
    """The day of birth in a resident id. Raises Invalid (``identity.birthday``)."""
    try:
        born: date = ric.get_birth_date(resident_id)
    except (ValidationError, ValueError) as error:
        raise Invalid("identity.birthday", "The birthday in the resident id is no day of the past.") from error
    return born


def read_document_number(text: str) -> str:
    """Number of a passport or another paper: 5 to 20 capital letters and digits. Raises Invalid
    (``identity.document``)."""
    number = _plain(text)
    if not _DOCUMENT.fullmatch(number):
        raise Invalid("identity.document", "The number of a passport or permit has 5 to 20 letters and digits.")
    return number


def read_phone(text: str) -> str:
    """Digits of a telephone number, with a leading + where one was given. Raises Invalid (``identity.phone``)."""
    number = _plain(text)
    if not _PHONE.fullmatch(number):
        raise Invalid("identity.phone", "A telephone number has 7 to 15 digits.")
    return number


def masked(number: str) -> str:
    """``420106********1234``: six signs, stars, four signs; of shorter numbers a third and a quarter."""
    first = min(_SHOWN_FIRST, len(number) // 3)
    last = min(_SHOWN_LAST, len(number) // 4)
    return number[:first] + "*" * (len(number) - first - last) + number[len(number) - last :]


def blind_index(number: str, key: bytes) -> str:
    """HMAC-SHA-256 in hex: finds equal numbers without storing them; useless without the node's key."""
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def _plain(text: str) -> str:
    """Full-width signs become plain ones; blanks and hyphens, which people write between groups, go."""
    return _SPACING.sub("", unicodedata.normalize("NFKC", text)).upper()
