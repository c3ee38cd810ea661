"""Acts on notices: planning, posting, looking at, taking down; and the public page of a site."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.models import StoredFile
from mingcha.records.files.states import PICTURES
from mingcha.records.inventory.models import Area, Camera, Site
from mingcha.records.register.actions import Actor, act, enter
from mingcha.records.signs.models import Sign, SignCheck, SiteNotice, new_token
from mingcha.records.signs.queries.notices import notice_for, notice_of
from mingcha.records.signs.states import (
    CHECK_DAYS_MOST,
    CHECK_EVERY_DAYS,
    NAME_LIMIT,
    STATE_AFTER,
    TEXT_LIMIT,
    CheckResult,
    SignState,
)

_UNSEEN = ("Cc", "Cs", "Zl", "Zp")
CAMERAS_MOST = 500


@dataclass(frozen=True, slots=True)
class SignDraft:
    """Where a notice is to hang and which cameras it announces. `area` is one of the site's or None."""

    name: str
    area: Area | None
    cameras: Sequence[Camera]


@act("sign.planned")
def plan_sign(*, site: Site, draft: SignDraft, actor: Actor, at: datetime) -> Sign:
    """Note that a notice has to be put up. Raises Invalid (``sign.name``, ``sign.cameras``, ``sign.area``)."""
    require(actor, Permission.CHECK_SIGNS)
    name = _read(site, draft)
    sign = Sign.objects.create(site=site, area=draft.area, name=name, planned_at=at)
    sign.cameras.set(draft.cameras)
    _enter(sign, actor, at, {"cameras": [camera.name for camera in draft.cameras]})
    return sign


@act("sign.changed")
def change_sign(*, sign: Sign, draft: SignDraft, actor: Actor, at: datetime) -> None:
    """Change where a notice hangs and which cameras it announces."""
    require(actor, Permission.CHECK_SIGNS)
    _require_standing(sign)
    name = _read(sign.site, draft)
    before = {"name": sign.name, "cameras": _names(sign)}
    sign.name, sign.area = name, draft.area
    sign.save(update_fields=("name", "area"))
    sign.cameras.set(draft.cameras)
    _enter(sign, actor, at, {"before": before, "after": {"name": name, "cameras": _names(sign)}})


@act("sign.posted")
def post_sign(*, sign: Sign, posted_on: date, photo: Upload | None, actor: Actor, at: datetime) -> None:
    """Note that the notice hangs, with a photograph if there is one. Also for one that was put up again.

    Raises Conflict (``sign.removed``), Invalid (``sign.future``, ``file.*``).
    """
    require(actor, Permission.CHECK_SIGNS)
    _require_standing(sign)
    if posted_on > timezone.localdate(at):
        raise Invalid("sign.future", "The day is still to come.")
    stored = _photo(photo, actor, at)
    sign.state, sign.posted_on = SignState.POSTED, posted_on
    sign.wording = notice_for(sign.site, at).version
    sign.photo = stored or sign.photo
    sign.next_check_on = posted_on + _interval(sign.site)
    sign.save(update_fields=("state", "posted_on", "wording", "photo", "next_check_on"))
    detail = {"posted_on": posted_on.isoformat(), "wording": sign.wording}
    _enter(sign, actor, at, detail | (facts_of(stored) if stored else {}), stored)


@act("sign.checked")
def check_sign(*, sign: Sign, result: str, note: str, photo: Upload | None, actor: Actor, at: datetime) -> SignCheck:
    """Note what somebody who went there found. A notice found missing or damaged no longer counts for its cameras."""
    require(actor, Permission.CHECK_SIGNS)
    _require_standing(sign)
    if result not in CheckResult.values:
        raise Invalid("sign.result", "There is no such result.")
    if sign.state == SignState.PLANNED:
        raise Conflict("sign.not_posted", "The notice has not been put up yet.")
    found = CheckResult(result)
    stored = _photo(photo, actor, at)
    check = SignCheck.objects.create(
        sign=sign,
        at=at,
        by=actor.public_id,
        by_name=actor.name,
        result=found,
        note=_line(note, TEXT_LIMIT),
        photo=stored,
    )
    sign.state, sign.checked_at = STATE_AFTER[found], at
    sign.next_check_on = timezone.localdate(at) + _interval(sign.site)
    sign.save(update_fields=("state", "checked_at", "next_check_on"))
    detail = {"result": str(found), "note": check.note}
    _enter(sign, actor, at, detail | (facts_of(stored) if stored else {}), stored)
    return check


@act("sign.removed")
def remove_sign(*, sign: Sign, reason: str, actor: Actor, at: datetime) -> None:
    """Note that a notice was taken down for good. Its cameras need another."""
    require(actor, Permission.CHECK_SIGNS)
    because = _line(reason, TEXT_LIMIT)
    if not because:
        raise Invalid("sign.reason", "No reason was given.")
    standing = Sign.objects.filter(pk=sign.pk).exclude(state=SignState.REMOVED)
    if standing.update(state=SignState.REMOVED, removed_at=at, next_check_on=None) != 1:
        raise Conflict("sign.removed", "The notice has been taken down already.")
    sign.refresh_from_db()
    _enter(sign, actor, at, {"reason": because})


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """What a site's notice says beyond the inventory; empty texts stand for the usual ones."""

    purpose_zh: str = ""
    purpose_en: str = ""
    contact: str = ""
    check_every_days: int = CHECK_EVERY_DAYS


@act("notice.published")
def publish_notice(*, site: Site, draft: NoticeDraft, actor: Actor, at: datetime) -> SiteNotice:
    """Open the public page of a site, or change what it says. The address stays."""
    require(actor, Permission.MANAGE_SITES)
    if not 1 <= draft.check_every_days <= CHECK_DAYS_MOST:
        raise Invalid("notice.interval", "The interval is out of bounds.", limit=CHECK_DAYS_MOST)
    notice = notice_of(site) or SiteNotice(site=site)
    notice.purpose_zh = _line(draft.purpose_zh, TEXT_LIMIT)
    notice.purpose_en = _line(draft.purpose_en, TEXT_LIMIT)
    notice.contact = _line(draft.contact, TEXT_LIMIT)
    notice.check_every_days, notice.is_published, notice.changed_at = draft.check_every_days, True, at
    notice.save()
    for sign in Sign.objects.filter(site=site, state=SignState.POSTED):
        seen_on = timezone.localdate(sign.checked_at) if sign.checked_at else sign.posted_on
        sign.next_check_on = seen_on + timedelta(days=notice.check_every_days) if seen_on else None
        sign.save(update_fields=("next_check_on",))
    detail = {"contact": notice.contact, "purpose": notice.purpose_zh, "check_every_days": notice.check_every_days}
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name, detail=detail)
    return notice


@act("notice.link_renewed")
def renew_link(*, site: Site, actor: Actor, at: datetime) -> SiteNotice:
    """Give the public page another address; QR codes printed before lead nowhere from now on."""
    require(actor, Permission.MANAGE_SITES)
    notice = _published(site)
    notice.token, notice.changed_at = new_token(), at
    notice.save(update_fields=("token", "changed_at"))
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name)
    return notice


@act("notice.withdrawn")
def withdraw_notice(*, site: Site, actor: Actor, at: datetime) -> None:
    """Close the public page of a site."""
    require(actor, Permission.MANAGE_SITES)
    notice = _published(site)
    notice.is_published, notice.changed_at = False, at
    notice.save(update_fields=("is_published", "changed_at"))
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name)


def _published(site: Site) -> SiteNotice:
    notice = notice_of(site)
    if notice is None or not notice.is_published:
        raise Conflict("notice.unpublished", "The site has no public page.")
    return notice


def _read(site: Site, draft: SignDraft) -> str:
    name = _line(draft.name, NAME_LIMIT)
    if not name:
        raise Invalid("sign.name", "The notice has no place.")
    if not draft.cameras or len(draft.cameras) > CAMERAS_MOST:
        raise Invalid("sign.cameras", "No cameras were chosen, or too many.", limit=CAMERAS_MOST)
    if any(camera.site_id != site.pk or camera.retired_at for camera in draft.cameras):
        raise Invalid("sign.cameras", "A camera is not of this site or has been retired.", limit=CAMERAS_MOST)
    if draft.area is not None and draft.area.site_id != site.pk:
        raise Invalid("sign.area", "The area is not of this site.")
    return name


def _require_standing(sign: Sign) -> None:
    if sign.state == SignState.REMOVED:
        raise Conflict("sign.removed", "The notice has been taken down.")


def _interval(site: Site) -> timedelta:
    notice = notice_of(site)
    return timedelta(days=notice.check_every_days if notice else CHECK_EVERY_DAYS)


def _photo(photo: Upload | None, actor: Actor, at: datetime) -> StoredFile | None:
    return put_file(upload=photo, kinds=PICTURES, actor=actor, at=at) if photo is not None else None


def _names(sign: Sign) -> list[str]:
    return list(sign.cameras.order_by("id").values_list("name", flat=True))


def _enter(sign: Sign, actor: Actor, at: datetime, detail: dict[str, object], stored: StoredFile | None = None) -> None:
    cameras = list(sign.cameras.values_list("public_id", flat=True))
    refs = [sign.site.public_id, *cameras, *([stored.public_id] if stored else [])]
    enter(actor=actor, at=at, subject=sign.public_id, subject_name=sign.name, refs=refs, detail=detail)


def _line(text: str, limit: int) -> str:
    normal = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in normal)
    return " ".join(spaced.split())[:limit]
