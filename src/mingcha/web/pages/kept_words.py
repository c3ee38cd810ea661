"""The rule footage was kept under, and why it went, in words: as the recorder tells them with each deletion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from mingcha.records.wording.law import Ground, grounds

CAUSES: dict[object, str | Promise] = {
    "ceiling": _("The time it is kept for was over, and the rule orders deletion then."),
    "room": _("It was past the shortest time it is kept for, and room was needed."),
    "budget": _("It was past the shortest time it is kept for, and the camera held more than was given to it."),
    "lifetime": _("The copy's time on the recorder was over."),
    "footage_deleted": _("The footage it was made of had to be deleted."),
    "asked": _("It was ordered."),
    "lost": _("Its files were gone already."),
}
OWN_RULE = "policy keep_days"
A_DAY_US = timedelta(days=1) // timedelta(microseconds=1)


class RuleWords(NamedTuple):
    """`terms`: how long at least, and when it has to go; `others`: what is no place in a text of law."""

    terms: list[str]
    grounds: list[Ground]
    others: list[str]


def rule_words(told: Mapping[str, Any]) -> RuleWords:
    """Of ``{floor_us, ceiling_us, ground}``."""
    terms = [gettext("Kept for at least %(time)s.") % {"time": duration(told["floor_us"])}]
    if told.get("ceiling_us") is not None:
        terms.append(gettext("To be deleted after %(time)s.") % {"time": duration(told["ceiling_us"])})
    cited = [(text, grounds(_citations(text))) for text in told.get("ground", ())]
    return RuleWords(
        terms, [one for _, found in cited for one in found], [_other(text) for text, found in cited if not found]
    )


def rule_said(told: Mapping[str, Any]) -> str:
    """In one line."""
    words = rule_words(told)
    places = dict.fromkeys([f"{one.instrument} {one.place}" for one in words.grounds] + words.others)
    return " ".join([*words.terms, pgettext("between facts", "; ").join(places)])


def duration(us: int) -> str:
    days, rest = divmod(us, A_DAY_US)
    if rest:
        return gettext("%(count)s s") % {"count": us // 1_000_000}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def _citations(ground: str) -> list[tuple[str, int, str]]:
    """A provision as the recorder keeps it: ``instrument article item``."""
    instrument, article, item = [*ground.split(" ", 2), "", ""][:3]
    return [(instrument, int(article), item)] if article.isdecimal() else []


def _other(ground: str) -> str:
    """The house's own rule in words; a text that this release's law does not know as it stands."""
    kind, _space, days = ground.rpartition(" ")
    return gettext("the unit's own rule: kept for %(days)s days") % {"days": days} if kind == OWN_RULE else ground
