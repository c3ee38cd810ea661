"""The keys by which entries are found: one 64-bit number for each question a reader asks.

An entry is filed under each of its keys, beside the instant it happened (`Posting`). A question is then one stretch of
one index, whatever it asks: the newest first, from a day to a day, onwards from where the last page ended. Keys are
hashes, so that a stretch costs the same few bytes for any question; two questions out of millions falling on one
number is less likely than a disk that errs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

NAME_LIMIT = 200
NAME_SEPARATOR = "、"
# Ids with few entries each: all of them are looked through faster than they would be filed under further keys.
_FEW = ("vws_", "grt_", "exp_", "prb_", "fct_", "fil_", "tok_")


def key(*parts: str) -> int:
    """A signed 64-bit number for a question."""
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest(), "big", signed=True)


ALL = key("all")


@lru_cache(maxsize=1024)
def of_act(word: str) -> int:
    return key("act", word)


@lru_cache(maxsize=1024)
def act_code(word: str) -> int:
    """31 bits for a word, kept beside each key so that entries can be sorted out by word without being read."""
    return int.from_bytes(blake2b(word.encode(), digest_size=4).digest(), "big") >> 1


def of_ref(ref: str) -> int:
    return key("ref", ref)


def of_ref_and_act(ref: str, word: str) -> int:
    return key("ref+act", ref, word)


def of_pair(one: str, other: str) -> int:
    return key("pair", *sorted((one, other)))


def of_name(name: str) -> int:
    """`name`: folded."""
    return key("name", name)


def is_filed_by_act(ref: str) -> bool:
    """Whether `of_ref_and_act` and `of_pair` exist for this id."""
    return not ref.startswith(_FEW)


def fold(text: str) -> str:
    """One form for names that look alike: width and case do not count, nor how many blanks stand between."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def names_in(*names: str) -> set[str]:
    """The single names, folded, in texts that may list several."""
    pieces = (fold(piece)[:NAME_LIMIT] for name in names for piece in name.split(NAME_SEPARATOR))
    return {piece for piece in pieces if piece}


def keys_of(word: str, refs: Iterable[str], names: Iterable[str]) -> set[int]:
    """All keys of an entry. `refs`: the ids it is about; `names`: folded."""
    about = set(refs)
    filed = {ref for ref in about if is_filed_by_act(ref)}
    found = {ALL, of_act(word)}
    found.update(of_ref(ref) for ref in about)
    found.update(of_ref_and_act(ref, word) for ref in filed)
    found.update(of_name(name) for name in names)
    for person in (ref for ref in filed if ref.startswith("per_")):
        found.update(of_pair(person, other) for other in filed if other != person)
    return found
