"""What the inventory owes the law on a day, as typed lines for the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, Q
from django.urls import reverse

from mingcha import law
from mingcha.law.model import Citation
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.lawfulness import CONSENT_REQUIRED, NECESSITY, cited
from mingcha.records.inventory.models import Alteration, Camera, Contractor, DeviceModel, Site, Unit
from mingcha.records.inventory.states import CameraLife
from mingcha.records.wording.owed import Owed

EACH = 20
"""Lines of one kind at most; the last one then counts all that remain."""
WARNED_DAYS = 60
"""How long before its end a paper is told to expire: a choice of ours, time enough for a new one."""


def owed(viewer: Person, on: date) -> list[Owed]:
    """Everything, the gravest first. Empty for those who may change neither sites nor cameras."""
    if not (viewer.may(Permission.MANAGE_SITES) or viewer.may(Permission.MANAGE_CAMERAS)):
        return []
    kinds = (_unlawful, _waiting, _untold, _without_necessity, _filings, _contractors, _models, _incomplete)
    return [line for kind in kinds for line in kind(on)]


def _unlawful(on: date) -> Iterator[Owed]:
    yield from _cameras("camera_unlawful", Q(state=CameraLife.REFUSED), "unlawful")


def _waiting(on: date) -> Iterator[Owed]:
    consent, waiting = Q(verdict=CONSENT_REQUIRED), Q(state=CameraLife.WAITING)
    yield from _cameras("camera_consent", waiting & consent, "waiting")
    yield from _cameras("camera_waiting", waiting & ~consent, "waiting")


def _cameras(code: str, which: Q, lawfulness: str) -> Iterator[Owed]:
    found = Camera.objects.filter(which, retired_at__isnull=True).order_by("id")
    shown = list(found[: EACH + 1])
    for camera in shown[:EACH]:
        url = reverse("camera", args=(camera.public_id,))
        yield Owed(code, camera.public_id, camera.name, url, citations=cited(camera.verdict_answer))
    if len(shown) > EACH:
        yield Owed(f"{code}_more", "", "", f"{reverse('cameras')}?lawfulness={lawfulness}", count=found.count() - EACH)


def _untold(on: date) -> Iterator[Owed]:
    standing = Count("cameras", filter=Q(cameras__retired_at__isnull=True))
    untold = Site.objects.filter(Q(region="") | Q(place=""), closed_on__isnull=True).annotate(standing=standing)
    for site in untold.order_by("id"):
        url = reverse("edit-site", args=(site.public_id,))
        code = "site_not_judged" if site.standing else "site_untold"
        yield Owed(
            code, site.public_id, site.name, url, count=max(site.standing, 1), citations=_ground("site_with_care", on)
        )


def _without_necessity(on: date) -> Iterator[Owed]:
    """Cameras in use whose necessity the law presupposes and nobody has stated, by site."""
    bare = Camera.objects.filter(necessity="", state=CameraLife.IN_USE).exclude(verdict="").order_by()
    by_site = bare.values_list("site").annotate(first=Min("pk"), count=Count("pk")).values_list("first", "count")
    counts = dict(by_site)
    for sample in Camera.objects.filter(pk__in=counts).select_related("site").order_by("site_id"):
        if NECESSITY not in sample.verdict_answer.get("conditions", ()):
            continue
        site = sample.site
        url = f"{reverse('cameras')}?site={site.public_id}&lawfulness=no_necessity"
        grounds = cited(sample.verdict_answer)
        yield Owed("necessity", site.public_id, site.name, url, count=counts[sample.pk], citations=grounds)


def _filings(on: date) -> Iterator[Owed]:
    found = Alteration.objects.filter(filing_owed=True, filed_on__isnull=True).select_related("camera").order_by("id")
    for alteration in found[:EACH]:
        camera = alteration.camera
        url = reverse("camera", args=(camera.public_id,)) + "#alterations"
        yield Owed("change_filing", camera.public_id, camera.name, url, citations=cited(alteration.asked))
    if (rest := found.count() - EACH) > 0:
        yield Owed("change_filing_more", "", "", reverse("cameras"), count=rest)


def _contractors(on: date) -> Iterator[Owed]:
    horizon, ground = on + timedelta(days=WARNED_DAYS), _ground("bind_contractor", on)
    for firm in Contractor.objects.filter(ended_on__isnull=True).order_by("id"):
        url = reverse("contractor", args=(firm.public_id,))
        for code, due in _papers(firm, horizon):
            yield Owed(code, firm.public_id, firm.name, url, due=due, citations=ground)


def _papers(firm: Contractor, horizon: date) -> Iterator[tuple[str, date | None]]:
    if firm.agreement_id is None:
        yield "agreement_missing", None
    if firm.confidentiality_undertaken_on is None:
        yield "confidentiality_missing", None
    if firm.agreement_until is not None and firm.agreement_until <= horizon:
        yield "agreement_expires", firm.agreement_until
    if firm.licence_until is not None and firm.licence_until <= horizon:
        yield "licence_expires", firm.licence_until


def _models(on: date) -> Iterator[Owed]:
    used = DeviceModel.objects.filter(cameras__retired_at__isnull=True, cameras__isnull=False).distinct()
    for model in used.filter(certificate_until__lte=on + timedelta(days=WARNED_DAYS)).order_by("certificate_until"):
        url, ground = reverse("device-model", args=(model.public_id,)), _ground("compliant_products", on)
        yield Owed("certificate_expires", model.public_id, str(model), url, model.certificate_until, ground)


def _incomplete(on: date) -> Iterator[Owed]:
    """What a filing needs and nobody has told."""
    ground = _ground("file_system", on)
    unit = Unit.objects.order_by("id").first()
    if unit is not None and not (unit.credit_code and unit.responsible_name and unit.phone and unit.address):
        yield Owed("unit_incomplete", unit.public_id, unit.name, reverse("unit"), citations=ground)
    lacking = Q(in_use_on__isnull=True) | Q(police_organ="") | Q(address="")
    for site in (
        Site.objects.filter(lacking, closed_on__isnull=True).exclude(Q(region="") | Q(place="")).order_by("id")[:EACH]
    ):
        yield Owed(
            "site_incomplete", site.public_id, site.name, reverse("edit-site", args=(site.public_id,)), citations=ground
        )


def _ground(duty: str, on: date) -> tuple[Citation, ...]:
    return law.duty_grounds(duty, datetime.combine(on, time(12), tzinfo=law.current().data.offset))
