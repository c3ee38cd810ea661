"""Numbers that name a person: reading, checking, masking."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from mingcha.base.errors import Invalid
from mingcha.base.identity import birthday, blind_index, masked, read_document_number, read_phone, read_resident_id

TODAY = date(2026, 11, 22)


def resident_id(stem: str) -> str:
    """The number with its check digit; `stem`: its first 17 digits."""
    return stem + ric.calc_check_digit(stem + "0")


GOOD = resident_id("42010619900307123")


def code_of(text: str) -> str:
    with pytest.raises(Invalid) as caught:
        read_resident_id(text, on=TODAY)
    assert not text or text not in f"{caught.value} {caught.value.params}"
    return caught.value.code


def test_it_reads_a_number_as_people_write_it() -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) if digit.isdigit() else digit for digit in GOOD)
    grouped = f" {GOOD[:6]} {GOOD[6:14]}-{GOOD[14:]} "
    assert {read_resident_id(text, on=TODAY) for text in (GOOD, wide, grouped, GOOD.lower())} == {GOOD}
    assert birthday(GOOD) == date(1990, 3, 7)


@given(st.integers(0, 16), st.integers(1, 9))
def test_every_single_mistyped_digit_is_found(place: int, more: int) -> None:
    wrong = GOOD[:place] + str((int(GOOD[place]) + more) % 10) + GOOD[place + 1 :]
    assert code_of(wrong) in ("identity.check_digit", "identity.shape")


@given(st.integers(0, 15))
def test_two_neighbours_changed_over_are_found(place: int) -> None:
    wrong = GOOD[:place] + GOOD[place + 1] + GOOD[place] + GOOD[place + 2 :]
    if wrong != GOOD:
        assert code_of(wrong) == "identity.check_digit"


@pytest.mark.parametrize("text", ["", "42010619900307123", GOOD + "1", "A" * 18, GOOD[:17] + "Y", "0" + GOOD[1:]])
def test_what_is_no_number_is_refused_by_its_shape(text: str) -> None:
    assert code_of(text) == "identity.shape"


@pytest.mark.parametrize("stem", ["42010619900230123", "42010620270101123", "42010600000101123"])
def test_a_birthday_that_is_no_day_of_the_past_is_refused(stem: str) -> None:
    assert code_of(resident_id(stem)) == "identity.birthday"


def test_a_number_of_a_county_no_list_knows_is_taken() -> None:
    number = resident_id("81000019900307123")
    assert read_resident_id(number, on=TODAY) == number


def test_masks_show_ends_only() -> None:
    assert masked("420106199001011234") == "420106********1234"
    assert masked("13812345678") == "138******78"
    assert masked("E12345678") == "E12****78"
    assert masked("") == ""


def test_other_papers_and_telephones() -> None:
    assert read_document_number("e 1234-5678") == "E12345678"
    assert read_phone("+86 138 1234 5678") == "+8613812345678"
    for read, text, code in (
        (read_document_number, "护照", "identity.document"),
        (read_document_number, "A1", "identity.document"),
        (read_phone, "12345", "identity.phone"),
        (read_phone, "13812345678x", "identity.phone"),
    ):
        with pytest.raises(Invalid) as caught:
            read(text)
        assert caught.value.code == code


def test_the_index_depends_on_number_and_key() -> None:
    assert blind_index(GOOD, b"a" * 32) == blind_index(GOOD, b"a" * 32)
    assert len({blind_index(GOOD, b"a" * 32), blind_index(GOOD, b"b" * 32), blind_index("1", b"a" * 32)}) == 3
    assert GOOD not in blind_index(GOOD, b"a" * 32)
