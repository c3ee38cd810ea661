"""Links into the built front end, by Vite's manifest. Without a build pages still work and say what is missing."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mingcha.base.clock import to_datetime
from mingcha.records.register.sentences import FIXED_ACTORS

register = template.Library()

BASE = f"{settings.STATIC_URL}dist/"


@lru_cache(maxsize=4)
def _manifest(path: Path, mtime_ns: int) -> dict[str, Any]:
    entries: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def manifest() -> dict[str, Any]:
    """Vite's manifest, or nothing when there is no build."""
    if settings.DIST_DIR is None:
        return {}
    path = settings.DIST_DIR / "manifest.json"
    try:
        return _manifest(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return {}


@register.simple_tag
def front_built() -> bool:
    """Whether the front end has been built."""
    return bool(manifest())


@register.simple_tag
def front_style(entry: str) -> SafeString:
    """A stylesheet link for a style entry such as ``src/styles/office.css``."""
    found = manifest().get(entry)
    if not found:
        return SafeString("")
    return format_html('<link rel="stylesheet" href="{}{}">', BASE, found["file"])


@register.simple_tag
def front_script(entry: str) -> SafeString:
    """A module script with preloads of what it imports, and the styles it brings."""
    entries = manifest()
    found = entries.get(entry)
    if not found:
        return SafeString("")
    styles = format_html_join("", '<link rel="stylesheet" href="{}{}">', ((BASE, css) for css in found.get("css", ())))
    imports = [entries[name]["file"] for name in found.get("imports", ()) if name in entries]
    preloads = format_html_join("", '<link rel="modulepreload" href="{}{}">', ((BASE, file) for file in imports))
    script = format_html('<script type="module" src="{}{}"></script>', BASE, found["file"])
    return SafeString(styles + preloads + script)


@register.simple_tag
def icon(name: str, css: str = "icon") -> SafeString:
    """A decorative icon of the sprite; a word always stands beside it."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}icons.svg#{}"></use></svg>', css, BASE, name
    )


@register.simple_tag
def front_file(name: str) -> str:
    """URL of a file with a fixed name in the build."""
    return f"{BASE}{name}"


@register.filter
def control(field: BoundField) -> SafeString:
    """A form control with the class of the house."""
    css = "" if isinstance(field.field.widget, CheckboxInput) else "input"
    return field.as_widget(attrs={"class": css})


@register.filter
def instant(us: int | None) -> str:
    """Wall instant in microseconds as local date and time; one that no calendar holds is shown as the number it is,
    since the register must stay readable whatever was entered."""
    if us is None:
        return "—"
    try:
        at = to_datetime(us).astimezone(timezone.get_current_timezone())
    except (ValueError, OverflowError, OSError):
        return f"{us} µs"
    return at.strftime("%Y-%m-%d %H:%M:%S")


@register.filter
def who(identity: str, name: str) -> str:
    """Who did it, as they were called then: the node's own actors in the reader's language."""
    return str(FIXED_ACTORS.get(identity, name))
