"""What pages say of the law: the box with verdict, reasons, conditions and articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from mingcha.base.errors import Unlawful
from mingcha.records.inventory.lawfulness import Removal, cited, public_class
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.states import CameraLife
from mingcha.records.wording import explain
from mingcha.records.wording.law import Ground, grounds, label

_TONES = {"prohibited": "danger", "consent_required": "warn"}


@dataclass(frozen=True, slots=True)
class LawBox:
    """`verdict` empty: the law could not be asked. `tone`: ok, warn, danger, as the styles call it."""

    verdict: str
    tone: str
    reasons: list[str]
    conditions: list[str]
    grounds: list[Ground]
    law_version: str = ""
    judged_at: datetime | None = None
    wants_necessity: bool = False
    wants_sign: bool = False


def camera_box(camera: Camera) -> LawBox:
    """The answer kept of a camera."""
    if not camera.verdict:
        return LawBox("", "warn", [], [], [])
    answer: Mapping[str, Any] = camera.verdict_answer
    conditions = list(answer.get("conditions", ()))
    lacks = camera.state == CameraLife.WAITING
    return LawBox(
        verdict=label("verdict", camera.verdict),
        tone=_TONES.get(camera.verdict, "warn" if lacks else "ok"),
        reasons=[label("reason", code) for code in answer.get("reasons", ())],
        conditions=[label("condition", code) for code in conditions],
        grounds=grounds(cited(answer)),
        law_version=camera.verdict_law_version,
        judged_at=camera.verdict_at,
        wants_necessity="necessity" in conditions and not camera.necessity,
        wants_sign=camera.sign_required,
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act the law refused: the sentence, the reasons in words, the articles."""

    message: str
    reasons: list[str]
    grounds: list[Ground]


def refusal(error: Unlawful) -> Refusal:
    """The error as a page shows it."""
    reasons: Iterable[object] = error.params.get("reasons", ())  # type: ignore[assignment]
    return Refusal(explain(error), [label("reason", str(code)) for code in reasons], grounds(error.citations))


@dataclass(frozen=True, slots=True)
class SiteLaw:
    """What the law takes a site for."""

    region: str
    place: str
    installer: str
    public_class: str
    grounds: list[Ground]
    url: str


def site_law(site: Site, region_name: str, on: date) -> SiteLaw:
    """Labels and the public class of a site with its article; the link asks the law's page with the site's facts."""
    found = public_class(site, on)
    return SiteLaw(
        region=region_name,
        place=label("place", site.place) if site.place else "",
        installer=label("installer", site.installer),
        public_class=str(found[0].label) if found else "",
        grounds=grounds(found[1]) if found else [],
        url=law_url(site, on),
    )


def law_url(site: Site, on: date, camera: Camera | None = None) -> str:
    """``/law/site/`` with what is known already."""
    if not site.is_told:
        return reverse("law-site")
    facts: dict[str, str] = {"region": site.region, "place": site.place, "on": on.isoformat()}
    facts["installer"] = site.installer
    for name, day in (("in_use_on", site.in_use_on), ("accepted_on", site.accepted_on)):
        if day is not None:
            facts[name] = day.isoformat()
    flags = {
        "has_monitoring_room": site.has_monitoring_room,
        "outsourced": site.outsourced,
        "key_antiterror": site.key_antiterror,
        "near_confidential_unit": site.near_confidential_unit,
        "confidential_unit_consent": site.confidential_consent_on is not None,
        "drafts": site.drafts,
    }
    if camera is not None:
        facts["area"] = camera.area.kind if camera.area else "general"
        flags["captures_passwords"] = camera.captures_passwords
    facts |= {name: "on" for name, is_so in flags.items() if is_so}
    return f"{reverse('law-site')}?{urlencode(facts)}"


def removal_grounds(asked: Removal | None) -> list[Ground]:
    """The articles on what comes before a removal."""
    return grounds(asked.citations) if asked else []
