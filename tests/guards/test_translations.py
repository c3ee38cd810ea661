"""Both languages are complete, and say the same with the same places."""

from __future__ import annotations

import re

import pytest

from tests.guards.tree import ROOT
from tools import translations

CLASSES = "shell|content_class|theme|skip_target|body_class"
"""Blocks that hold class names, not words."""


@pytest.mark.parametrize("locale", translations.LOCALES)
def test_the_catalogue_is_complete_and_nothing_is_stale(locale: str) -> None:
    assert translations.faults(locale) == [], "run python tools/translations.py update, then translate"


@pytest.mark.parametrize("locale", translations.LOCALES)
def test_the_file_is_as_the_tool_writes_it(locale: str) -> None:
    is_same = translations.po_path(locale).read_bytes() == translations.written(translations.merged(locale))
    assert is_same, "run python tools/translations.py update"  # a diff of the whole file takes pytest a minute


def test_the_guard_sees_a_sentence_in_a_template_and_in_code() -> None:
    messages = {message.id for message in translations.template() if message.id}
    assert "Sign in" in messages
    assert "Routine watch" in messages


def test_chinese_sentences_are_chinese() -> None:
    same = {"UDP", "English", "PDF", "%(count)s GB"}
    strings = {message.id: message.string for message in translations.load("zh_Hans") if isinstance(message.id, str)}
    found = [key for key, text in strings.items() if key and key not in same and text.isascii()]
    assert found == []


@pytest.mark.parametrize(
    ("source", "translated", "fault"),
    [
        ("%(a)s and %(b)s", "%(a)s", "other places than the source"),
        ("plain", "%(a)s", "other places than the source"),
        ("plain", "", "not translated"),
    ],
)
def test_the_guard_sees_a_broken_translation(source: str, translated: str, fault: str) -> None:
    catalog = translations.load("zh_Hans")
    message = catalog.add(source + " (planted)", translated)
    assert fault in translations._message_faults(message or catalog[source + " (planted)"], catalog)


def test_templates_translate_every_text_they_show() -> None:
    """A word of English between tags of a template, outside `translate`, would never reach the catalogue."""
    found = []
    for path in sorted((ROOT / "src").rglob("templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(rf"{{% block ({CLASSES}) %}}.*?{{% endblock %}}", "", text, flags=re.DOTALL)
        text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}|{#.*?#}", "", text, flags=re.DOTALL)
        text = re.sub(r'<(\w+)[^>]*lang="[^"{]+"[^>]*>.*?</\1>', "", text, flags=re.DOTALL)
        text = re.sub(r"{%.*?%}|{{.*?}}|<!doctype[^>]*>", "", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]+>", "\n", text)
        words = [line.strip() for line in text.splitlines() if re.search(r"[A-Za-z\u4e00-\u9fff]{2,}", line)]
        found += [f"{path.name}: {word}" for word in words if word != "SHA-256"]
    assert found == []
