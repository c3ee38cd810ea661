"""Documents that cannot rot unseen: links, decisions, changelog, settings, commands."""

from __future__ import annotations

import argparse
import importlib.util
import re
from pathlib import Path

import pytest

from mingcha.base.env import SETTINGS
from tests.guards.tree import ROOT, name_of, under

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
ADR_LINES = 60


def dead_links(path: Path, text: str) -> list[str]:
    """Relative links of a document that lead nowhere. Code blocks are left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    found = []
    for target in LINK.findall(text):
        if re.match(r"[a-z][a-z0-9+.-]*:", target) or target.startswith("#"):
            continue
        if not (path.parent / target.partition("#")[0]).exists():
            found.append(target)
    return found


def commands_of(parser: argparse.ArgumentParser, prefix: str = "mingcha") -> list[str]:
    """Every command and subcommand of a parser, in full."""
    found = []
    for action in parser._actions:  # argparse offers no public way to walk its subcommands
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                found += [f"{prefix} {name}", *commands_of(child, f"{prefix} {name}")]
    return found


def test_no_relative_link_is_dead() -> None:
    found = {name_of(path): dead_links(path, path.read_text(encoding="utf-8")) for path in under("", ".md")}
    assert {name: links for name, links in found.items() if links} == {}


def test_the_guard_sees_a_dead_link(tmp_path: Path) -> None:
    (tmp_path / "there.md").touch()
    text = "[a](there.md#x) [b](https://example.org) [c](#x) `[d](no.md)` ![e](gone.png)"
    assert dead_links(tmp_path / "doc.md", text) == ["gone.png"]


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## Unreleased$", text, re.MULTILINE)


def test_decisions_are_numbered_without_holes_listed_and_short() -> None:
    folder = ROOT / "docs/adr"
    paths = sorted(folder.glob("[0-9]*.md"))
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [int(path.name[:4]) for path in paths] == list(range(1, len(paths) + 1))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert f"]({path.name})" in index, f"{path.name} is not in docs/adr/README.md"
        assert text.startswith(f"# {int(path.name[:4])}. "), f"{path.name}: heading"
        assert text.count("\n") <= ADR_LINES, f"{path.name} is longer than a page"
        for word in ("**Status:**", "## Context", "## Decision", "## Consequences"):
            assert word in text, f"{path.name}: {word}"


def test_every_setting_is_described_with_its_default() -> None:
    text = (ROOT / "docs/ref/settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(MINGCHA_\w+)` \| \w+ \| (.*?) \|", text, re.MULTILINE))
    assert set(rows) == {setting.name for setting in SETTINGS}
    for setting in SETTINGS:
        assert rows[setting.name] == (f"`{setting.default}`" if setting.default else "empty"), setting.name


def test_every_command_is_described() -> None:
    if importlib.util.find_spec("mingcha.cli.main") is None:
        pytest.skip("the command line does not exist yet")
    main = importlib.import_module("mingcha.cli.main")
    text = (ROOT / "docs/ref/cli.md").read_text(encoding="utf-8")
    assert [command for command in commands_of(main.build_parser()) if f"## `{command}`" not in text] == []


def test_the_guard_walks_subcommands() -> None:
    parser = argparse.ArgumentParser()
    camera = parser.add_subparsers().add_parser("camera")
    camera.add_subparsers().add_parser("add")
    assert commands_of(parser) == ["mingcha camera", "mingcha camera add"]
