"""What every act of every app owes."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

import mingcha.records
import mingcha.web
from mingcha.records.register.acts import ACTS

# Acts whose doer is the person they are about, or which the system does by itself.
WITHOUT_ACTOR = {
    "set_own_password",
    "sign_out",
    "end_viewing",
    "note_sign_in",
    "note_failure",
    "note_second_failure",
    "note_identity",
    "note_organisation_refusal",
    "add_app",
    "add_key",
    "renew_recovery_codes",
    "_adopt",
    "_expire",
    "find_holds",
    "learn_holds",
    "let_lapse",
    "remove_factor",
    "end_other_sessions",
    "make_token",
    "revoke_token",
}


def modules() -> Iterator[ModuleType]:
    """Every module of acts: `actions` of an app or a part of it, and `…_acts` of the pages above all apps."""
    for package in (mingcha.records, mingcha.web):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".actions" in found.name or found.name.endswith("_acts"):
                yield importlib.import_module(found.name)


def acts() -> Iterator[tuple[str, Callable[..., object]]]:
    """Each act once, where it is written; private ones too."""
    for module in modules():
        for name, function in vars(module).items():
            if getattr(function, "act_words", ()) and function.__module__ == module.__name__:
                yield f"{module.__name__.removeprefix('mingcha.').replace('.actions', '')}.{name}", function


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
