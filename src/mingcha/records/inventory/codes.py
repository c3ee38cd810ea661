"""Reading codes that others have defined: regions, the law's vocabulary, the unified social credit code."""

from __future__ import annotations

from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from mingcha import law
from mingcha.base.errors import Invalid
from mingcha.law import FactError


def read_region(text: str) -> str:
    """A GB/T 2260 code of six digits in a province there is, or empty. Raises Invalid (``site.region``)."""
    code = text.strip()
    if code:
        try:
            law.current().regime(code, date.max)
        except FactError as error:
            raise Invalid("site.region", "A region is a GB/T 2260 code of six digits.") from error
    return code


def read_law_code(group: str, code: str, error: str) -> str:
    """A code of that group of the law's vocabulary. Raises Invalid with the given code."""
    if code not in law.current().data.vocabulary[group]:
        raise Invalid(error, f"{code!r} is no code of {group}.")
    return code


def read_credit_code(text: str) -> str:
    """The 18 characters of a unified social credit code (GB 32100) with a right check character, or empty. Raises
    Invalid (``credit_code.wrong``)."""
    if not text.strip():
        return ""
    try:
        code: str = uscc.validate(text.upper())
    except ValidationError as error:
        raise Invalid("credit_code.wrong", "The unified social credit code is wrong.") from error
    return code
