"""The detail of a register entry as label and value in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mingcha.base.ids import is_id
from mingcha.records.accounts.states import Proof, Role
from mingcha.records.inventory.states import CameraState, Engine, Transport
from mingcha.records.personnel.states import IdKind, Item, Number, PostKind, Result
from mingcha.records.register.models import Entry
from mingcha.records.register.sentences import LOCAL_WORDS, title
from mingcha.records.viewing.states import End, Kind, Reason
from mingcha.records.wording import explain_reason
from mingcha.records.wording.law import codes, label
from mingcha.web.pages import detail_words
from mingcha.web.pages.kept_words import CAUSES, rule_said
from mingcha.web.templatetags.frontend import instant

LABELS: dict[str, str | Promise] = {
    "address": _("Address"),
    "audio_reason": _("Reason for sound"),
    "by": _("Signed in by"),
    "codec": _("Video format"),
    "codes_left": _("Recovery codes left"),
    "count": _("How many"),
    "course": _("Course"),
    "credentials_given": _("New password of the camera"),
    "day": _("Day"),
    "employer": _("Employed by"),
    "end": _("How it ended"),
    "end_reason": _("Reason"),
    "end_us": _("To"),
    "engine": _("Client"),
    "error_us": _("Difference"),
    "expires_on": _("Good until"),
    "expires_us": _("Works until"),
    "from_on": _("First day"),
    "from_us": _("From"),
    "full_name": _("Full name"),
    "id_given": _("Id number given anew"),
    "id_kind": _("Kind of number"),
    "item": _("Item"),
    "key_name": _("Name of the key"),
    "kind": _("Kind"),
    "line": _("Line"),
    "login": _("Sign-in name"),
    "main_url": _("Main stream"),
    "name": _("Name"),
    "network_address": _("From address"),
    "note": _("Note"),
    "number": _("Number"),
    "one_time": _("With a one-time password"),
    "organ": _("Filed with"),
    "organiser": _("Organiser"),
    "path": _("Directory"),
    "phone_given": _("Telephone given anew"),
    "post_kind": _("Kind of post"),
    "reason": _("Reason"),
    "receipt_number": _("Number of the receipt"),
    "result": _("Result"),
    "role": _("Role"),
    "role_before": _("Role before"),
    "seats": pgettext_lazy("in a post", "Places"),
    "second_factor": _("Second factor"),
    "sha256": "SHA-256",
    "site": _("Site"),
    "sound": _("Sound"),
    "start_us": _("From"),
    "state": _("State"),
    "stream": _("Stream"),
    "sub_url": _("Sub stream"),
    "to_us": _("To"),
    "token_name": _("API token"),
    "transport": _("Transport"),
    "until_on": _("Last day"),
    "url": _("Address"),
    "was": _("State before"),
    "why": _("Why"),
}
ORDER = ("reason", "note", "from_us", "start_us", "to_us", "end_us", "state", "end")
SAID_LOCALLY = frozenset({"act", "operator", "made_at", "witness"})
"""Of what was done on the node itself: the sentence says it."""
HIDDEN = frozenset(
    {
        "token",
        "post_name",
        "site_name",
        "file",
        "checked",
        "people",
        "cameras",
        "viewer",
        "name",
        "grant",
        "person",
        "width",
        "height",
        "wording",
        "request",
        "alteration",
    }
)
PAIRS_SHOWN = 4
"""Of numbers and stretches of recordings; the entry itself holds all."""
DISK_STATES: dict[object, str | Promise] = {"ok": _("In order"), "opening": _("Not looked at yet")}
STREAMS: dict[str, str | Promise] = {"main": _("Main stream"), "sub": _("Sub stream")}
CHOICES: dict[str, tuple[Any, ...]] = {
    "reason": (Reason,),
    "role": (Role,),
    "role_before": (Role,),
    "end": (End,),
    "state": (CameraState,),
    "kind": (Kind,),
    "transport": (Transport,),
    "engine": (Engine,),
    "by": (Proof,),
    "second_factor": (Proof,),
    "item": (Item,),
    "post_kind": (PostKind,),
    "result": (Result,),
    "id_kind": (IdKind,),
    "number": (Number,),
}


def readable(entry: Entry) -> list[tuple[str, str]]:
    """What is worth reading of an entry's detail, the reason first. A change shows only what became different."""
    told = entry.detail_fields
    if entry.act in LOCAL_WORDS:
        told = {key: value for key, value in told.items() if key not in SAID_LOCALLY}
    return readable_facts(told)


def readable_facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same of facts that are not an entry's."""
    fields = dict(told)
    if isinstance(fields.get("before"), str):
        fields["state_before"] = fields.pop("before")
    before, after = fields.pop("before", None), fields.pop("after", None)
    facts = [(_label(key, value), _value(key, value)) for key, value in _sorted(fields) if _is_shown(key, value)]
    if isinstance(before, dict) and isinstance(after, dict):
        changed = [key for key in after if after[key] != before.get(key)]
        facts += [
            (_label(key, after[key]), f"{_value(key, before.get(key))} → {_value(key, after[key])}") for key in changed
        ]
    return facts


def _sorted(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    rank = {key: number for number, key in enumerate(ORDER)}
    return sorted(fields.items(), key=lambda item: (rank.get(item[0], len(ORDER)), item[0]))


def _is_shown(key: str, value: Any) -> bool:
    return key not in HIDDEN and value not in ("", None, [], {}, False)


def _label(key: str, value: Any) -> str:
    if key == "role" and value in STREAMS:
        return str(LABELS["stream"])
    if key == "certificate" and is_id(str(value), "dlc"):
        return gettext("Certificate of deletion")
    return str(LABELS.get(key) or detail_words.LABELS.get(key) or title(key))


def _value(key: str, value: Any) -> str:
    if key == "error_us":
        return f"{int(value) / 1_000_000:+.3f} s"
    if isinstance(value, list):
        return _listed(key, value)
    for matches, written in WRITERS:
        if matches(key, value):
            return written(value)
    for choices in (*CHOICES.get(key, ()), *detail_words.CHOICES.get(key, ())):
        if value in choices.values:
            return str(choices(value).label)
    if key == "verdict" and value == "not_judged":
        return str(detail_words.NOT_JUDGED)
    if key in detail_words.ACTS:
        return title(str(value))
    group = detail_words.LAW_GROUPS.get(key)
    if group and value in codes(group):
        return label(group, value)
    if key in ("reason", "state", "was", "why"):
        return str(DISK_STATES.get(value) or explain_reason(str(value)))
    return str(value)


def _listed(key: str, value: list[Any]) -> str:
    comma = pgettext("between items of a list", ", ")
    if key in ("numbers", "stretches") and all(isinstance(item, list) and len(item) == 2 for item in value):
        shown = [_pair(key, *item) for item in value[:PAIRS_SHOWN]]
        more = [f"… {_pair(key, *value[-1])}"] if len(value) > PAIRS_SHOWN else []
        return comma.join([*shown, *more])
    return comma.join(str(item.get("name", item)) if isinstance(item, dict) else _value(key, item) for item in value)


def _pair(key: str, first: int, last: int) -> str:
    if key == "stretches":
        return f"{instant(first)} – {instant(last)}"
    return str(first) if first == last else f"{first}–{last}"


def _inside(value: dict[str, Any]) -> str:
    """What stands inside: facts, a search, counts."""
    shown = (f"{_label(key, item)} {_value(key, item)}" for key, item in sorted(value.items()) if _is_shown(key, item))
    return pgettext("between facts", "; ").join(shown)


def _stored(value: dict[str, Any]) -> str:
    """A file that was kept: its name, and what proves that it is the same."""
    return f"{value.get('name', '')} · SHA-256 {value['sha256']}"


WRITERS: tuple[tuple[Callable[[str, Any], bool], Callable[[Any], str]], ...] = (
    (lambda key, value: key == "rule" and isinstance(value, dict) and "floor_us" in value, rule_said),
    (lambda key, value: key == "cause" and value in CAUSES, lambda value: str(CAUSES[value])),
    (lambda key, value: value in ("", None), lambda value: "—"),
    (lambda key, value: isinstance(value, bool), lambda value: gettext("yes") if value else gettext("no")),
    (lambda key, value: key.endswith("_us") and isinstance(value, int), instant),
    (lambda key, value: key == "role" and value in STREAMS, lambda value: str(STREAMS[value])),
    (lambda key, value: key in ("bytes", "size_bytes") and isinstance(value, int), filesizeformat),
    (lambda key, value: isinstance(value, dict) and isinstance(value.get("sha256"), str), _stored),
    (lambda key, value: isinstance(value, dict), _inside),
)
