"""What binds a site on a day and why: the law's answers to a form's facts, laid out in groups of cited lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mingcha import law
from mingcha.law.explain import explain
from mingcha.law.model import (
    Ban,
    Citation,
    Condition,
    Consent,
    Deletion,
    Duty,
    Entitlement,
    Entry,
    Filing,
    Instrument,
    LogRetention,
    MustHave,
    Necessity,
    Removal,
    Retention,
)
from mingcha.law.reader import Binding
from mingcha.law.regime import Regime
from mingcha.law.regions import name_of
from mingcha.web.pages.law_form import SiteForm
from mingcha.web.pages.law_words import Row, label, language, reader

EXPLAINED = ("placement", "retention", "log_retention", "filing", "removal", "duties")
WHY: dict[str, str | Promise] = {
    "home": _("It speaks of homes."),
    "listed": _("This kind of place is on its list."),
    "named": _("It names this kind of place."),
    "public_place": _("It speaks of every public place."),
    "public": _("It speaks of every public place."),
    "unlisted": _("It speaks of public places that are on no list."),
}
WHEN: dict[str, str | Promise] = {
    "has_monitoring_room": _("There is a monitoring room."),
    "outsourced": _("Monitoring or upkeep is contracted out."),
    "key_antiterror": _("It is a key target of counter-terrorism."),
    "important": _("Only for important footage."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One provision: its row, what it comes to in short (may be empty), and why it reaches this site."""

    row: Row
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines about one matter. `part`: the question of the law it answers, also the id on the page."""

    part: str
    title: str | Promise
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Placement:
    """`tone`: danger, warn or empty, as the styles call it."""

    verdict: str
    reasons: list[str]
    conditions: list[str]
    tone: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a page says about one site on one day."""

    region: str
    instruments: tuple[Instrument, ...]
    placement: Placement
    days: int | None
    log_days: int | None
    filing_is_asked: bool
    earliest: str | None
    overdue: bool
    groups: list[Group]
    freed: list[tuple[Row, Row]]

    @property
    def count(self) -> int:
        return sum(len(group.lines) for group in self.groups)


@dataclass
class _Site:
    """The decisions a page is made of, asked once. Raises FactError on creation."""

    form: SiteForm
    decisions: dict[str, tuple[Mapping[str, Any], tuple[Entry, ...]]] = field(init=False)
    regime: Regime = field(init=False)
    bindings: dict[tuple[str, Citation], Binding] = field(init=False)

    def __post_init__(self) -> None:
        given = self.form.cleaned_data
        setting = (given["region"], given["on"])
        self.regime = law.current().regime(*setting, drafts=given["drafts"])
        found = reader().binds(*setting, given["place"], drafts=given["drafts"])
        self.bindings = {(binding.subject, binding.article.cite): binding for binding in found}
        self.decisions = {}
        for question in questions(self.form):
            made = law.current().consider(question, self.form.facts(question))[1]
            self.decisions[question] = (made.answer, made.grounds)

    @property
    def place(self) -> str:
        return str(self.form.cleaned_data["place"])

    def line(self, entry: Entry, subject: str, what: str = "") -> Line:
        binding = self.bindings.get((subject, entry.cite))
        # The reader tells scopes apart; a provision that lists places of its own speaks of those only.
        is_named = bool(entry.places) and not isinstance(entry, MustHave)
        reasons = [str(WHY["named" if is_named else binding.reason if binding else entry.scope])]
        when = getattr(entry, "when", "always")
        if when in WHEN:
            reasons.append(str(WHEN[when]))
        return Line(row_at(entry.cite), what, ("" if language() == "zh" else " ").join(reasons))


def questions(form: SiteForm) -> tuple[str, ...]:
    """The questions a form can be asked; filing needs to know since when the system is in use."""
    return tuple(one for one in EXPLAINED if one != "filing" or form.cleaned_data["in_use_on"])


def row_at(cite: Citation) -> Row:
    return Row(reader().article(cite.instrument, cite.article, cite.item))


def answer(form: SiteForm) -> Answer:
    """The answer to a valid form. Raises FactError for what only the law can refuse, such as a day out of range."""
    site = _Site(form)
    given = form.cleaned_data
    retention, logs = site.decisions["retention"][0], site.decisions["log_retention"][0]
    filing = site.decisions.get("filing")
    freed = reader().freed(given["region"], given["on"], given["place"], drafts=given["drafts"])
    return Answer(
        region=name_of(given["region"], language()),
        instruments=site.regime.instruments,
        placement=_placement(site.decisions["placement"][0]),
        days=retention["days"],
        log_days=logs["days"],
        filing_is_asked=filing is not None,
        earliest=filing[0]["earliest"] if filing else None,
        overdue=bool(filing and filing[0]["overdue"]),
        groups=[group for group in _groups(site) if group.lines],
        freed=[(Row(one.article), Row(one.by)) for one in freed],
    )


def reasoning(form: SiteForm, words: str) -> list[tuple[str, str]]:
    """The law's own explanation of each question, in words of ``zh`` or ``en``: title and text."""
    return [
        (label("question", question), explain(law.current(), question, form.facts(question), words))
        for question in questions(form)
    ]


def _placement(given: Mapping[str, Any]) -> Placement:
    tone = {"prohibited": "danger", "consent_required": "warn"}.get(given["verdict"], "")
    reasons = [label("reason", code) for code in given["reasons"]]
    conditions = [label("condition", code) for code in given["conditions"]]
    return Placement(label("verdict", given["verdict"]), reasons, conditions, tone)


def _groups(site: _Site) -> Iterator[Group]:
    yield Group("placement", _("Cameras"), _placement_lines(site))
    yield Group("retention", _("Keeping and deleting footage"), _retention_lines(site))
    logs = [site.line(entry, "log_retention", _days(entry.days)) for entry in site.regime.all(LogRetention)]
    yield Group("log_retention", _("System logs"), logs)
    yield Group("filing", _("Filing"), _filing_lines(site))
    moves = [
        site.line(entry, "removal", label("removal_kind", entry.kind))
        for entry in site.regime.binding(Removal, site.place)
    ]
    yield Group("removal", _("Before moving or removing a camera"), moves)
    yield Group("duties", _("Standing duties"), _duty_lines(site))


def _placement_lines(site: _Site) -> list[Line]:
    lines = []
    for entry in dict.fromkeys(site.decisions["placement"][1]):
        match entry:
            case MustHave():
                lines.append(site.line(entry, "must_have", label("reason", "must_have")))
            case Condition():
                lines.append(site.line(entry, "conditions", label("condition", entry.code)))
            case Ban():
                code = "password_capture" if entry.captures else "banned_area"
                lines.append(site.line(entry, "bans", label("reason", code)))
            case Entitlement():
                names = [label("installer", code) for code in sorted(entry.installers)]
                who = gettext(", ").join(names)
                lines.append(site.line(entry, "entitlement", gettext("May install: %(who)s") % {"who": who}))
            case Necessity():
                lines.append(site.line(entry, "necessity", label("reason", "not_for_public_security")))
            case Consent():
                lines.append(site.line(entry, "consent", label("verdict", "consent_required")))
    return lines


def _retention_lines(site: _Site) -> list[Line]:
    key = site.form.cleaned_data["key_antiterror"]
    floors = [
        entry for entry in site.regime.binding(Retention, site.place) if key or entry.when in ("always", "important")
    ]
    lines = [site.line(entry, "retention", _days(entry.days) or _years(entry.years)) for entry in floors]
    after = gettext("Delete when its time and purpose are over")
    orders = (entry for entry in site.decisions["retention"][1] if isinstance(entry, Deletion))
    return lines + [site.line(entry, "deletion", after) for entry in orders]


def _filing_lines(site: _Site) -> list[Line]:
    asked = site.decisions.get("filing")
    if asked is None:
        entries = site.regime.binding(Filing, site.place)
        return [site.line(entry, "filing", label("filing_kind", entry.kind)) for entry in entries]
    rules = [entry for entry in asked[1] if isinstance(entry, Filing)]
    lines = []
    for entry, due in zip(rules, asked[0]["duties"], strict=True):
        kind = label("filing_kind", entry.kind)
        what = gettext("%(kind)s by %(day)s") % {"kind": kind, "day": due["due"]} if due["due"] else kind
        lines.append(site.line(entry, "filing", what))
    return lines


def _duty_lines(site: _Site) -> list[Line]:
    given, grounds = site.decisions["duties"]
    duties = [entry for entry in grounds if isinstance(entry, Duty)]
    return [
        site.line(entry, "duties", _days(said.get("period_days")))
        for entry, said in zip(duties, given["duties"], strict=True)
    ]


def _days(days: int | None) -> str:
    return "" if days is None else ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def _years(years: int | None) -> str:
    return "" if years is None else ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
