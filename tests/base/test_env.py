"""The reader of settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingcha.base.env import SETTINGS, Env
from mingcha.base.errors import Invalid


def test_defaults_hold_where_nothing_is_given() -> None:
    env = Env({})
    assert env.path("MINGCHA_DATA_DIR") == Path("var")
    assert env.integer("MINGCHA_WEB_PORT") == 8800
    assert env.boolean("MINGCHA_HTTPS") is False
    assert not env.given("MINGCHA_WEB_PORT")


def test_the_process_environment_is_read_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGCHA_WEB_PORT", "9000")
    env = Env()
    assert env.integer("MINGCHA_WEB_PORT") == 9000
    assert env.given("MINGCHA_WEB_PORT")


def test_a_misspelt_setting_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as caught:
        Env({"MINGCHA_WEBPORT": "1"})
    assert caught.value.code == "settings.unknown"
    assert caught.value.params["name"] == "MINGCHA_WEBPORT"


def test_names_of_others_are_let_be() -> None:
    assert Env({"PATH": "/bin", "MINGCHAX": "1"}).text("MINGCHA_LOG_LEVEL") == "INFO"


@pytest.mark.parametrize("value", ["", "8o", "1.5", "0x10"])
def test_what_is_no_whole_number_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        Env({"MINGCHA_WEB_PORT": value}).integer("MINGCHA_WEB_PORT")
    assert caught.value.code == "settings.integer"


@pytest.mark.parametrize(("value", "meant"), [("True", True), ("False", False), ("", False)])
def test_three_words_are_booleans(value: str, meant: bool) -> None:
    assert Env({"MINGCHA_HTTPS": value}).boolean("MINGCHA_HTTPS") is meant


@pytest.mark.parametrize("value", ["true", "1", "yes", "no", "0", "false"])
def test_no_other_word_is_a_boolean(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        Env({"MINGCHA_HTTPS": value}).boolean("MINGCHA_HTTPS")
    assert caught.value.code == "settings.boolean"


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    env = Env({"MINGCHA_SECRET_KEY_FILE": str(file)})
    assert env.text("MINGCHA_SECRET_KEY") == "s3cret"
    assert env.given("MINGCHA_SECRET_KEY")


def test_a_path_may_begin_with_the_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert Env({"MINGCHA_DATA_DIR": "~/data"}).path("MINGCHA_DATA_DIR") == Path("/somewhere/data")


def test_an_undeclared_setting_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError):
        Env({}).text("MINGCHA_NOTHING")


def test_declared_settings_are_unique_and_have_a_known_kind_and_a_sentence() -> None:
    names = [setting.name for setting in SETTINGS]
    assert len(set(names)) == len(names)
    assert {setting.kind for setting in SETTINGS} <= {"text", "path", "int", "bool", "secret"}
    assert all(setting.name.startswith("MINGCHA_") and setting.meaning.endswith(".") for setting in SETTINGS)
