"""Asking the law about sites and cameras: the siting check, the class of a public place, what comes before a removal.

Pure: facts in, answers with their citations out. What cannot be asked (region or kind of place not told) gives None,
never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _

from mingcha import law
from mingcha.law.model import Citation, Condition, Duty, Entitlement, MustHave
from mingcha.records.inventory.states import CameraLife, Purpose

PROHIBITED, CONSENT_REQUIRED, NO_RULE = "prohibited", "consent_required", "no_rule"
SIGN, NECESSITY = "sign", "necessity"
BUILT_BY_GOVERNMENT = "government"
ACCEPTANCE = "acceptance"


class PublicClass(models.TextChoices):
    """What the national regulation takes a place for. Its two lists name who builds; the rest follows from them."""

    FIRST_LIST = "first_list", _("Public place where government builds")
    SECOND_LIST = "second_list", _("Public place where its managing unit builds")
    OTHER_PUBLIC = "other_public", _("Other public place")
    NOT_PUBLIC = "not_public", _("Not a public place")


class SiteFacts(Protocol):
    """What the law wants to know of a site."""

    @property
    def region(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def installer(self) -> str: ...
    @property
    def near_confidential_unit(self) -> bool: ...
    @property
    def confidential_consent_on(self) -> date | None: ...
    @property
    def drafts(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """The law's answer on a camera's place. `facts`: exactly those it was asked with."""

    verdict: str
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]
    citations: tuple[Citation, ...]
    facts: Mapping[str, object]
    law_version: str

    @property
    def wants_sign(self) -> bool:
        return SIGN in self.conditions

    @property
    def wants_necessity(self) -> bool:
        return NECESSITY in self.conditions

    @property
    def answer(self) -> dict[str, object]:
        """What is kept beside the verdict."""
        cited = [cite.as_dict() for cite in self.citations]
        return {"reasons": list(self.reasons), "conditions": list(self.conditions), "citations": cited}


@dataclass(frozen=True, slots=True)
class Removal:
    """What the law asks for before a camera is moved or taken away."""

    mandated: bool
    replacement_plan: bool
    notice_by: date | None
    change_filing: bool
    citations: tuple[Citation, ...]
    answer: Mapping[str, object]
    law_version: str


def local_day(at: datetime) -> date:
    """The calendar day there, by which the law counts."""
    return at.astimezone(law.current().data.offset).date()


def judge(site: SiteFacts, *, area: str, purpose: str, captures_passwords: bool, on: date) -> Judgement | None:
    """May a camera stand here on that day? None when the site has not told region or kind of place."""
    if not (site.region and site.place):
        return None
    return _judged(
        site.region,
        on,
        site.place,
        area or "general",
        site.installer,
        purpose == Purpose.PUBLIC_SECURITY,
        site.near_confidential_unit,
        site.confidential_consent_on is not None and site.confidential_consent_on <= on,
        captures_passwords,
        site.drafts,
    )


@lru_cache(maxsize=4096)
def _judged(
    region: str,
    on: date,
    place: str,
    area: str,
    installer: str,
    for_public_security: bool,
    near_confidential_unit: bool,
    confidential_unit_consent: bool,
    captures_passwords: bool,
    drafts: bool,
) -> Judgement:
    facts: dict[str, object] = {
        "region": region,
        "on": on.isoformat(),
        "place": place,
        "area": area,
        "installer": installer,
        "for_public_security": for_public_security,
        "near_confidential_unit": near_confidential_unit,
        "confidential_unit_consent": confidential_unit_consent,
        "captures_passwords": captures_passwords,
        "drafts": drafts,
    }
    answer: dict[str, Any] = law.decide("placement", facts)
    return Judgement(
        str(answer["verdict"]),
        tuple(answer["reasons"]),
        tuple(answer["conditions"]),
        cited(answer),
        facts,
        str(answer["law_version"]),
    )


def life_after(found: Judgement | None, *, necessity: str, now: str) -> CameraLife:
    """Where a camera stands once it was judged; `now`: where it stood.

    Not judged: it may be used, and the office is told to say what is missing. A missing statement of necessity keeps a
    new camera waiting; it does not stop one that is in use, since no text makes that piece of paper a condition.
    """
    if found is not None and found.verdict == PROHIBITED:
        return CameraLife.REFUSED
    if found is not None and found.verdict == CONSENT_REQUIRED:
        return CameraLife.WAITING
    if found is not None and found.wants_necessity and not necessity and now != CameraLife.IN_USE:
        return CameraLife.WAITING
    return CameraLife.IN_USE


def public_class(site: SiteFacts, on: date) -> tuple[PublicClass, tuple[Citation, ...]] | None:
    """What the highest text in force takes the place for, with the article. None when it cannot be asked or no text
    is in force."""
    if not (site.region and site.place):
        return None
    return _public_class(site.region, site.place, on, site.drafts)


@lru_cache(maxsize=1024)
def _public_class(region: str, place: str, on: date, drafts: bool) -> tuple[PublicClass, tuple[Citation, ...]] | None:
    regime = law.current().regime(region, on, drafts=drafts)
    if not regime.instruments:
        return None
    highest = regime.instruments[0].id
    listed = [entry.cite for entry in regime.binding(MustHave, place) if entry.cite.instrument == highest]
    if listed:
        rows = {row.cite: row for row in law.articles()}
        by_government = rows[listed[0]].addressee == BUILT_BY_GOVERNMENT
        found = PublicClass.FIRST_LIST if by_government else PublicClass.SECOND_LIST
        return found, tuple(listed)
    opening = [*regime.binding(Entitlement, place), *regime.binding(Condition, place)]
    cites = tuple(dict.fromkeys(entry.cite for entry in opening if entry.cite.instrument == highest))[:1]
    return (PublicClass.OTHER_PUBLIC if regime.binding(Entitlement, place) else PublicClass.NOT_PUBLIC), cites


def removal(site: SiteFacts, planned_on: date) -> Removal | None:
    """What comes before moving or removing a camera of this site on that day. None when it cannot be asked."""
    if not (site.region and site.place):
        return None
    day = planned_on.isoformat()
    facts = {"region": site.region, "on": day, "place": site.place, "planned_on": day, "drafts": site.drafts}
    answer: dict[str, Any] = law.decide("removal", facts)
    notice_by = answer["notice_by"]
    return Removal(
        mandated=bool(answer["mandated"]),
        replacement_plan=bool(answer["replacement_plan"]),
        notice_by=date.fromisoformat(notice_by) if notice_by else None,
        change_filing=bool(answer["change_filing"]),
        citations=cited(answer),
        answer={key: value for key, value in answer.items() if key != "law_version"},
        law_version=str(answer["law_version"]),
    )


def acceptance_demanded(site: SiteFacts, on: date) -> tuple[Citation, ...]:
    """Where the law says that a system of this site is accepted before use; empty when it does not say so."""
    if not (site.region and site.place):
        return ()
    regime = law.current().regime(site.region, on, drafts=site.drafts)
    kinds = {row.cite: row.kind for row in law.articles()}
    cites = (entry.cite for entry in regime.binding(Duty, site.place) if kinds.get(entry.cite) == ACCEPTANCE)
    return tuple(dict.fromkeys(cites))


def cited(answer: Mapping[str, Any]) -> tuple[Citation, ...]:
    """The citations of a decision, or of what was kept of one."""
    return tuple(
        Citation(cite["instrument"], cite["article"], cite.get("item", "")) for cite in answer.get("citations", ())
    )


def triples(citations: tuple[Citation, ...]) -> tuple[tuple[str, int, str], ...]:
    """As errors carry them."""
    return tuple((cite.instrument, cite.article, cite.item) for cite in citations)
