"""Templates hold no script and no style of their own: the content security policy forbids both."""

from __future__ import annotations

import re

import pytest

from tests.guards.tree import name_of, under

INLINE = {
    "script without src": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "htmx event attribute": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}


def inline_parts(text: str) -> list[str]:
    text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)
    return [what for what, pattern in INLINE.items() if pattern.search(text)]


def test_no_template_holds_script_or_style() -> None:
    templates = [path for path in under("src", ".html") if "templates" in path.parts]
    found = {name_of(path): inline_parts(path.read_text(encoding="utf-8")) for path in templates}
    assert {name: parts for name, parts in found.items() if parts} == {}


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        ("<script>1</script>", "script without src"),
        ("<style>a{}</style>", "style element"),
        ('<p class="a" style="color:red">', "style attribute"),
        ('<img src="a" onerror="x()">', "event attribute"),
        ('<a hx-on:click="x()">', "htmx event attribute"),
        ('<a href="javascript:x()">', "javascript: address"),
    ],
)
def test_the_guard_sees_inline_code(planted: str, what: str) -> None:
    assert what in inline_parts(planted)


def test_the_guard_lets_linked_code_and_data_through() -> None:
    good = '<script src="{% static \'a.js\' %}" defer></script><link rel="stylesheet" href="a.css">'
    assert inline_parts(good + '<script type="application/json" id="x">{}</script>{# <style> #}') == []
