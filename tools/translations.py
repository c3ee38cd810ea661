#!/usr/bin/env python3
"""Translations: `update` reads the sources into locale/*.po, `compile` writes the .mo files, `check` fails when stale.

    python tools/translations.py update|compile|check

Needs Babel and Django, no GNU gettext. The source language is English: its catalogue repeats the source, so that both
languages are complete by the same rule. Places (%(name)s) and plural forms are checked for each entry.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "mingcha"
LOCALES = {"zh_Hans": "zh_Hans", "en": "en"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACE = re.compile(r"%\((\w+)\)[sd]|%%")
HEADER = "# Mingcha. Written by hand; brought up to date by tools/translations.py.\n"


def po_path(locale: str) -> Path:
    return ROOT / "locale" / locale / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[str, str]]:
    """(name, Python text to read calls of gettext from) of every module and template."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    for path in sorted(SOURCES.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted(SOURCES.rglob("templates/**/*.html")):
        made = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        # To Python's tokenizer a template's indentation is that of a program, and may be a wrong one.
        yield path.relative_to(ROOT).as_posix(), "\n".join(line.lstrip() for line in made.splitlines())


def template() -> Catalog:
    """All messages of the sources, with the files they stand in."""
    catalog = Catalog(project="Mingcha", charset="utf-8")
    for name, text in sources():
        found = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=("Translators:",))
        for _line, message, comments, context in found:
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def load(locale: str) -> Catalog:
    path = po_path(locale)
    if not path.exists():
        return Catalog(locale=locale, project="Mingcha", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def merged(locale: str) -> Catalog:
    """The catalogue with new messages added (empty) and vanished ones dropped."""
    catalog = load(locale)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = HEADER.strip()
    if locale == "en":
        for message in catalog:
            if message.id:
                message.string = message.id
    return catalog


def written(catalog: Catalog) -> bytes:
    """The .po file: sorted, without line numbers, so that unrelated edits leave it alone."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, include_lineno=False, omit_header=True)
    plural = catalog.plural_forms
    head = (
        f'{HEADER}msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Language: {catalog.locale}\\n"\n"Plural-Forms: {plural}\\n"\n\n'
    )
    return head.encode() + buffer.getvalue()


def places(text: str) -> set[str]:
    return {match.group() for match in PLACE.finditer(text)} - {"%%"}


def faults(locale: str) -> list[str]:
    """What is wrong with a catalogue: missing, stale, fuzzy, or with other places than its source."""
    catalog, wanted = load(locale), template()
    have = {(message.context, _key(message)) for message in catalog if message.id}
    want = {(message.context, _key(message)) for message in wanted if message.id}
    found = [f"{locale}: not in the catalogue: {key!r}" for _context, key in sorted(want - have, key=str)]
    found += [f"{locale}: no longer used: {key!r}" for _context, key in sorted(have - want, key=str)]
    for message in catalog:
        if message.id:
            found += [f"{locale}: {fault}: {_key(message)!r}" for fault in _message_faults(message, catalog)]
    return found


def compile_catalogue(locale: str) -> None:
    """Write the .mo beside the .po."""
    with po_path(locale).with_suffix(".mo").open("wb") as file:
        write_mo(file, load(locale))


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _message_faults(message: Message, catalog: Catalog) -> list[str]:
    strings = [message.string] if isinstance(message.string, str) else list(message.string)
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    found = []
    if message.fuzzy:
        found.append("fuzzy")
    if not all(strings) or (len(ids) > 1 and len(strings) != catalog.num_plurals):
        return [*found, "not translated"]
    allowed = set().union(*(places(text) for text in ids))
    for text in strings:
        if not places(text) <= allowed or (len(ids) == 1 and places(text) != allowed):
            found.append("other places than the source")
    return found


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else ""
    if command == "update":
        for locale in LOCALES:
            path = po_path(locale)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written(merged(locale)))
    elif command == "compile":
        for locale in LOCALES:
            compile_catalogue(locale)
    elif command == "check":
        found = [fault for locale in LOCALES for fault in faults(locale)]
        print("\n".join(found) or "complete")
        return 1 if found else 0
    else:
        print((__doc__ or "").strip())
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
