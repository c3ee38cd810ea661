"""Acts on sites: opening, changing what the law looks at, consents. Cameras are judged anew in the same act."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import pairwise

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.states import PAPERS
from mingcha.records.inventory.actions.judging import RULINGS, judge_site
from mingcha.records.inventory.codes import read_law_code, read_region
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Contractor, Site, Unit
from mingcha.records.inventory.names import read_name, read_text
from mingcha.records.register.actions import Actor, act, enter

ADDRESS_LIMIT = 300


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What is told of a site besides name and address. `region` and `place` empty: not told yet, so the law cannot be
    asked; once told they are not taken back."""

    region: str = ""
    place: str = ""
    installer: str = "managing_unit"
    key_antiterror: bool = False
    near_confidential_unit: bool = False
    confidential_unit: str = ""
    has_monitoring_room: bool = False
    operator: Contractor | None = None
    police_organ: str = ""
    secret_related: bool = False
    built_on: date | None = None
    accepted_on: date | None = None
    in_use_on: date | None = None
    closed_on: date | None = None
    lat_e7: int | None = None
    lon_e7: int | None = None
    drafts: bool = False


def facts_of_site(site: Site) -> SiteFacts:
    """The facts kept of a site."""
    return SiteFacts(**{one.name: getattr(site, one.name) for one in fields(SiteFacts)})


@act("site.opened")
def open_site(
    *, name: str, address: str, actor: Actor, at: datetime, unit_name: str = "", facts: SiteFacts | None = None
) -> Site:
    """Add a site; the unit is made with the first one.

    Raises NotAllowed, Invalid (``site.region``, ``site.place``, ``site.dates`` …) or Conflict (``site.name_taken``).
    """
    require(actor, Permission.MANAGE_SITES)
    name = read_name(name)
    unit = Unit.objects.order_by("id").first() or Unit.objects.create(name=unit_name or name, created_at=at)
    _refuse_taken(unit, name, None)
    site = Site(unit=unit, name=name, address=read_text(address, ADDRESS_LIMIT), created_at=at)
    _put(site, facts or SiteFacts(), at)
    site.save(force_insert=True)
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name, detail=_told(site))
    return site


@act("site.changed", *RULINGS)
def change_site(
    *, site: Site, name: str, address: str, actor: Actor, at: datetime, facts: SiteFacts | None = None
) -> dict[str, int]:
    """Change a site; `facts` None leaves them. Its cameras are judged anew by the new facts: those that may no longer
    stand are taken out of the plan. Returns how many cameras stand in each state, and under ``changed`` how many
    elsewhere than before. Raises as `open_site`, and Invalid (``site.told``) when region or place would be taken back.
    """
    require(actor, Permission.MANAGE_SITES)
    name = read_name(name)
    _refuse_taken(site.unit, name, site)
    before = _told(site)
    given = facts or facts_of_site(site)
    if site.is_told and not (given.region and given.place):
        raise Invalid("site.told", "Region and kind of place can be corrected but not taken back.")
    if not given.near_confidential_unit or given.confidential_unit.strip() != site.confidential_unit:
        # A consent was given by one unit; another unit, or none, takes it away.
        site.confidential_consent_on, site.confidential_consent_file = None, None
    site.name, site.address = name, read_text(address, ADDRESS_LIMIT)
    _put(site, given, at)
    site.save()
    detail: dict[str, object] = {"before": before, "after": _told(site)}
    counts = judge_site(site, actor=actor, at=at)
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name, detail={**detail, "cameras": counts})
    return counts


@act("site.consent_recorded", *RULINGS)
def record_consent(
    *, site: Site, unit: str, given_on: date, upload: Upload | None, actor: Actor, at: datetime
) -> dict[str, int]:
    """Record that the confidential unit nearby consented, on which day, with its letter. Cameras that waited for it are
    judged anew. Raises Invalid (``site.consent_unit``, ``site.consent_file``, ``date.future``), Conflict
    (``site.no_confidential_unit``)."""
    require(actor, Permission.MANAGE_SITES)
    if not site.near_confidential_unit:
        raise Conflict("site.no_confidential_unit", "No confidential unit is near this site.")
    if not unit.strip():
        raise Invalid("site.consent_unit", "Name the unit that consented.")
    if upload is None and site.confidential_consent_file is None:
        raise Invalid("site.consent_file", "Add the letter of consent.")
    if given_on > local_day(at):
        raise Invalid("date.future", "This day has not come yet.")
    stored = put_file(upload=upload, kinds=PAPERS, actor=actor, at=at) if upload else site.confidential_consent_file
    site.confidential_unit, site.confidential_consent_on = read_text(unit), given_on
    site.confidential_consent_file = stored
    site.save(update_fields=("confidential_unit", "confidential_consent_on", "confidential_consent_file"))
    counts = judge_site(site, actor=actor, at=at)
    detail = {"unit": site.confidential_unit, "given_on": given_on.isoformat(), "cameras": counts}
    if stored is not None:
        detail["file"] = facts_of(stored)
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name, detail=detail)
    return counts


def _refuse_taken(unit: Unit, name: str, site: Site | None) -> None:
    taken = Site.objects.filter(unit=unit, name=name)
    if (taken.exclude(pk=site.pk) if site else taken).exists():
        raise Conflict("site.name_taken", "Another site has this name already.")


def _put(site: Site, given: SiteFacts, at: datetime) -> None:
    site.region = read_region(given.region)
    site.place = read_law_code("place", given.place, "site.place") if given.place else ""
    site.installer = read_law_code("installer", given.installer, "site.installer")
    site.confidential_unit = read_text(given.confidential_unit) if given.near_confidential_unit else ""
    site.police_organ = read_text(given.police_organ)
    if (given.lat_e7 is None) != (given.lon_e7 is None):
        raise Invalid("camera.position_half", "Latitude and longitude belong together.")
    plain = ("key_antiterror", "near_confidential_unit", "has_monitoring_room", "operator", "secret_related")
    for name in (*plain, "lat_e7", "lon_e7", "drafts", *_DATES):
        setattr(site, name, getattr(given, name))
    _require_dates(site, at)


_DATES = ("built_on", "accepted_on", "in_use_on", "closed_on")


def _require_dates(site: Site, at: datetime) -> None:
    """The days of a site come in their order."""
    told = [(name, getattr(site, name)) for name in _DATES if getattr(site, name) is not None]
    for (earlier, day), (later, next_day) in pairwise(told):
        if day > next_day:
            raise Invalid("site.dates", f"{earlier} comes after {later}.", earlier=earlier, later=later)
    if told and told[-1][1] > local_day(at):
        raise Invalid("date.future", "This day has not come yet.", field=told[-1][0])


def _told(site: Site) -> dict[str, object]:
    """What the register says of a site: what is told, nothing else."""
    values = {one.name: getattr(site, one.name) for one in fields(SiteFacts)}
    values["operator"] = site.operator.name if site.operator else ""
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return {
        "name": site.name,
        "address": site.address,
        **{name: value for name, value in said.items() if value not in (None, "", False)},
    }
