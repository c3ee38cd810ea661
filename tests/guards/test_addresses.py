"""No address of a package registry or mirror in the tree: where packages come from is each machine's own business."""

from __future__ import annotations

import json
import re

import pytest

from tests.guards.tree import ROOT, name_of, text_files, under

# Written so that this file does not match itself.
HOSTS = re.compile(
    r"""pypi\.o[r]g | pythonhosted\.o[r]g | npmj[s]\.(?:org|com) | registry\.(?:yarnpkg|npmmirr[o]r)
      | npmmirr[o]r\.com | \bmirrors?\.[\w-]+\.(?:com|cn|org|net|edu) | tsinghu[a]\.edu | crates\.i[o]/api
      | https?://[^\s/"']*(?:artifactor[y]|sonatyp[e]|verdacci[o]|devp[i])
      | ^\s*--(?:extra-)?index-ur[l] | ^\s*--find-link[s] | ^\s*registr[y]\s*=""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)


def test_no_file_names_a_registry_or_mirror() -> None:
    found = [
        f"{name_of(path)}:{text.count(chr(10), 0, hit.start()) + 1}: {hit.group().strip()}"
        for path, text in text_files()
        for hit in HOSTS.finditer(text)
    ]
    assert not found, "\n".join(found)


def test_no_lock_file_of_npm_says_where_a_package_was_fetched() -> None:
    for path in under("", ".json"):
        if path.name == "package-lock.json":
            assert '"resolved"' not in path.read_text(encoding="utf-8"), name_of(path)


def test_every_package_of_the_npm_lock_has_a_hash() -> None:
    lock = ROOT / "frontend/package-lock.json"
    if not lock.exists():
        pytest.skip("there is no front end yet")
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


@pytest.mark.parametrize(
    "planted",
    [
        "https://py" + "pi.org/simple",
        "files.python" + "hosted.org",
        "https://registry.npm" + "js.org/vite",
        "https://mirr" + "ors.example.com/x",
        "--index" + "-url https://x",
        "registry" + "=https://x",
        "http://artifact" + "ory.example/x",
    ],
)
def test_the_guard_sees_an_address(planted: str) -> None:
    assert HOSTS.search(planted)


def test_the_guard_lets_ordinary_words_through() -> None:
    assert not HOSTS.search("A mirror of the plan. The registry is not the register. https://c2sp.org/tlog-tiles")
