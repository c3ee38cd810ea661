"""The tree of errors."""

from __future__ import annotations

import pytest

from mingcha.base import errors


@pytest.mark.parametrize(
    "kind", [errors.NotAllowed, errors.Conflict, errors.Invalid, errors.Unavailable, errors.Corrupt]
)
def test_each_error_carries_code_sentence_and_values(kind: type[errors.MingchaError]) -> None:
    error = kind("camera.lost", "The camera is away.", since=3)
    assert isinstance(error, errors.MingchaError)
    assert (error.code, error.message, str(error)) == ("camera.lost", "The camera is away.", "The camera is away.")
    assert dict(error.params) == {"since": 3}


def test_the_unlawful_names_its_grounds() -> None:
    error = errors.Unlawful("law.early", "Too early.", citations=(("cn-2025-799", 17, "1"),), days=30)
    assert error.citations == (("cn-2025-799", 17, "1"),)
    assert error.params["days"] == 30


def test_an_unlawful_act_without_ground_cannot_be_raised() -> None:
    with pytest.raises(TypeError):
        errors.Unlawful("law.early", "Too early.")  # type: ignore[call-arg]
