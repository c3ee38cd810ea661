"""What every act of every app owes."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator

import pytest

from mingcha.records.register.acts import ACTS

APPS = ("accounts", "inventory", "personnel", "viewing")
# Acts whose doer is the subject itself, or which the system does by itself.
WITHOUT_ACTOR = {"set_own_password", "sign_out", "end_viewing", "_note_sign_in", "_note_failure"}


def acts() -> Iterator[tuple[str, Callable[..., object]]]:
    for app in APPS:
        module = importlib.import_module(f"mingcha.records.{app}.actions")
        for name, function in vars(module).items():
            if inspect.isfunction(function) and getattr(function, "act_words", ()):
                yield f"{app}.{name}", function


@pytest.mark.parametrize(("name", "function"), list(acts()), ids=[name for name, _function in acts()])
def test_an_act_takes_keywords_only_with_an_instant_and_a_doer(name: str, function: Callable[..., object]) -> None:
    parameters = inspect.signature(function).parameters
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters.values())
    assert "at" in parameters
    assert {"actor", "asker"} & set(parameters) or name.rpartition(".")[2] in WITHOUT_ACTOR


def test_every_word_of_the_office_is_used_by_some_act() -> None:
    from mingcha.gateway.reports import take_facts

    used = {word for _name, function in acts() for word in function.act_words}  # type: ignore[attr-defined]
    assert set(ACTS) == used | set(take_facts.act_words)  # type: ignore[attr-defined]
