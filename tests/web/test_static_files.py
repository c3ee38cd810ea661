"""Static files without another server, and links into the built front end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.template import engines

from tests.support.office import browser

WALL = "/static/dist/assets/wall-Bt5f5mC4.js"


@pytest.fixture
def dist(tmp_path: Path, settings: Any) -> Path:
    """A built front end."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "wall-Bt5f5mC4.js").write_text("export {}" + " " * 1000)
    (tmp_path / "icons.svg").write_text("<svg/>")
    entries = {
        "src/wall.ts": {"file": "assets/wall-Bt5f5mC4.js", "imports": ["_shared.js"], "css": ["assets/wall-1.css"]},
        "_shared.js": {"file": "assets/shared-AAAAAAAA.js"},
        "src/styles/office.css": {"file": "assets/office-BPHu-YDS.css"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    settings.DIST_DIR = tmp_path
    settings.STATICFILES_DIRS = [("dist", tmp_path)]
    return tmp_path


def rendered(source: str) -> str:
    text: str = engines["django"].from_string("{% load frontend %}" + source).render()
    return text


def test_a_file_is_served_with_its_type_and_an_etag(dist: Path) -> None:
    response = browser().get(WALL)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/javascript")
    again = browser().get(WALL, headers={"if-none-match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_text_is_packed_for_those_who_take_it(dist: Path) -> None:
    plain = browser().get(WALL)
    packed = browser().get(WALL, headers={"accept-encoding": "br, gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_hashed_files_are_kept_for_ever_and_others_asked_for_again(dist: Path) -> None:
    hashed = browser().get(WALL)
    assert "immutable" in hashed.headers["Cache-Control"]
    assert browser().get("/static/dist/icons.svg").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "../settings.py", "dist/../../x", "%2e%2e/x", ".hidden", "dist/.vite/manifest.json", "", "/etc/passwd", "a//b",
        "a\\b", "nope.js", "dist", "dist/assets",
    ],
)  # fmt: skip
def test_nothing_outside_is_served(path: str, dist: Path) -> None:
    assert browser().get(f"/static/{path}").status_code == 404


def test_only_reading_is_possible(dist: Path) -> None:
    assert browser().post(WALL).status_code == 404


def test_the_manifest_gives_script_styles_and_preloads(dist: Path) -> None:
    html = rendered('{% front_script "src/wall.ts" %}{% front_style "src/styles/office.css" %}')
    assert '<script type="module" src="/static/dist/assets/wall-Bt5f5mC4.js"></script>' in html
    assert '<link rel="modulepreload" href="/static/dist/assets/shared-AAAAAAAA.js">' in html
    assert '<link rel="stylesheet" href="/static/dist/assets/wall-1.css">' in html
    assert "office-BPHu-YDS.css" in html


@pytest.mark.parametrize("content", [None, "", "{not json"])
def test_without_a_build_pages_work_and_say_so(guard: Any, dist: Path, content: str | None) -> None:
    manifest = dist / "manifest.json"
    manifest.unlink() if content is None else manifest.write_text(content)
    assert rendered('{% front_script "src/wall.ts" %}{% front_style "x" %}') == ""
    html = browser(guard).get("/wall/").text
    assert "前端资源尚未构建，请运行 python3 dev.py setup。" in html


def test_with_a_build_the_page_does_not_complain(guard: Any, dist: Path) -> None:
    assert "dev.py setup" not in browser(guard).get("/wall/").text
