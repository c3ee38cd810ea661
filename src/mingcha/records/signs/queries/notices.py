"""What the notice of a site says. Periods and grounds come from `mingcha.law`; nothing legal stands here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import override

from mingcha import law
from mingcha.law.model import Article, Citation, Retention
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.terms import term_of
from mingcha.records.signs.models import SiteNotice
from mingcha.records.wording.law import Ground, grounds

LANGUAGES = {"zh": "zh-hans", "en": "en"}
PURPOSE = {"zh": "维护公共安全", "en": "Public security"}


@dataclass(frozen=True, slots=True)
class Notice:
    """The facts of a site's notice in plain values, so that a sheet can be drawn and a version told.

    `kept_days`: how long ordinary footage is kept at least by law and house, None where that cannot be said. `kept_by`
    and `posted_by`: short places in the texts, by language.
    """

    unit: str
    site: str
    purpose: dict[str, str]
    contact: str
    police: str
    kept_days: int | None
    kept_by: dict[str, tuple[str, ...]]
    posted_by: dict[str, tuple[str, ...]]

    @property
    def version(self) -> str:
        """Changes with every word of it."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Rights:
    """What the law gives to whoever is recorded there: places in the texts with what they say."""

    see: tuple[Ground, ...]
    report: tuple[Ground, ...]
    sign: tuple[Ground, ...]
    keep: tuple[Ground, ...]


def notice_of(site: Site) -> SiteNotice | None:
    """The site's notice, if it was ever published."""
    return SiteNotice.objects.filter(site=site).first()


def notice_for(site: Site, at: datetime) -> Notice:
    """What a notice printed now has to say."""
    own = notice_of(site)
    days, keeping = kept(site, at)
    posting = law.duty_grounds("post_sign", at, site.region)
    said = {"zh": own.purpose_zh if own else "", "en": own.purpose_en if own else ""}
    return Notice(
        unit=site.unit.name,
        site=site.name,
        purpose={language: said[language] or usual for language, usual in PURPOSE.items()},
        contact=(own.contact if own else "") or _contact_of(site),
        police=site.police_organ,
        kept_days=days,
        kept_by=_places(keeping),
        posted_by=_places(posting),
    )


def kept(site: Site, at: datetime) -> tuple[int | None, tuple[Citation, ...]]:
    """How many days ordinary footage of the site is kept at least, and the provisions that set the law's floor. The
    house may keep longer than the law asks; the notice tells what is done."""
    if not site.is_told:
        return None, ()
    facts = {"region": site.region, "place": site.place, "drafts": site.drafts, "key_antiterror": site.key_antiterror}
    moment = at.isoformat()
    _regime, made = law.current().consider("retention", {**facts, "recorded_at": moment, "now": moment})
    days = made.answer["days"]
    term = term_of(site, at)
    own = term.kept_days if term is not None else 0
    if not isinstance(days, int):
        return own or None, ()
    floors = [entry for entry in made.grounds if isinstance(entry, Retention) and entry.days == days]
    return max(days, own), tuple(entry.cite for entry in floors)


def rights_at(site: Site, at: datetime) -> Rights:
    """The provisions in force there that speak to the public, in the language that is active."""
    rows = _rows_in_force(site, at)
    return Rights(
        see=_read(row for row in rows if row.kind == "access-individual"),
        report=_read(row for row in rows if row.kind == "incident-report" and row.addressee == "anyone"),
        sign=_read(row for row in rows if row.kind == "signage"),
        keep=tuple(grounds(kept(site, at)[1])),
    )


def _rows_in_force(site: Site, at: datetime) -> list[Article]:
    on = at.astimezone(law.current().data.offset).date()
    if not site.region:
        return [row for row in law.articles() if row.cite.instrument == law.current().data.instruments[0].id]
    regime = law.current().regime(site.region, on, drafts=site.drafts)
    names = {instrument.id for instrument in regime.instruments}
    return [row for row in law.articles() if row.cite.instrument in names]


def _read(rows: object) -> tuple[Ground, ...]:
    return tuple(grounds(row.cite for row in rows))  # type: ignore[attr-defined]


def _places(cites: tuple[Citation, ...]) -> dict[str, tuple[str, ...]]:
    """``国务院令第799号第十三条`` and ``Order 799 Art. 13``."""
    found = {}
    for language, code in LANGUAGES.items():
        with override(code):
            gap = "" if language == "zh" else " "
            found[language] = tuple(f"{one.instrument}{gap}{one.place}" for one in grounds(cites))
    return found


def _contact_of(site: Site) -> str:
    unit = site.unit
    return unit.complaints_contact or unit.phone
