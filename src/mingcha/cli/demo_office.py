"""The demonstration's office: unit, sites, people, papers and notices, made by the same acts as any others.

Only for simulated cameras in a data directory that is new, and only once: a mark in the directory says how far it came,
so that a start that was broken off is finished by the next, and what people change afterwards is left to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mingcha.base.atomic import write_file
from mingcha.base.datadir import DataDir
from mingcha.base.errors import Unlawful
from mingcha.cli import demo_facts as facts
from mingcha.cli.demo_copies import put_copies
from mingcha.cli.demo_facts import TURNING, DemoCamera, DemoPerson, DemoSite
from mingcha.cli.demo_papers import PLAN_MM_PER_PX, paper, plan_picture

if TYPE_CHECKING:
    from django.core.files.base import ContentFile

    from mingcha.records.inventory.models import Area, Camera, Contractor, DeviceModel, Site, System

BEGUN, DONE = "begun", "done"
"""What the mark says."""


def is_wanted(data: DataDir, *, refused: bool, simulated: bool) -> bool:
    """Whether the demonstration is to be made, or to be finished: with simulated cameras only, in a new office."""
    from mingcha.records.accounts.models import Person
    from mingcha.records.inventory.models import Site

    if _mark(data) == BEGUN:
        return True
    is_new = not Site.objects.exists() and not Person.objects.exists()
    return simulated and not refused and _mark(data) == "" and is_new


def begin(data: DataDir) -> None:
    """Say in the directory that it is one of a demonstration."""
    _set_mark(data, BEGUN)


def is_demo(data: DataDir) -> bool:
    """Whether this directory is one of a demonstration, finished or not."""
    return _mark(data) != ""


def people() -> tuple[tuple[str, str, str], ...]:
    """The people of the demonstration as `office.first_logins` takes them."""
    return tuple((one.username, one.name, one.role) for one in (*facts.PEOPLE, facts.EXPIRED))


def put_office(data: DataDir, *, host: str, port: int, login: tuple[str, str], at: datetime) -> None:
    """Make what is not there yet. The people are there already. `login`: user name and password of the simulator."""
    from mingcha.records.inventory.actions import UnitDraft, change_unit
    from mingcha.records.inventory.models import Unit
    from mingcha.records.register.actions import CONSOLE

    unit = Unit.objects.order_by("id").first()
    if unit is None or not unit.credit_code:
        change_unit(unit=unit, draft=UnitDraft(**facts.UNIT), actor=CONSOLE, at=at)
    maker = _Maker(host, port, login, at)
    for site in facts.SITES:
        maker.put_site(site)
    for person in facts.PEOPLE:
        maker.put_posts(person)
    maker.put_expired()
    put_copies(at=at)
    _set_mark(data, DONE)


class _Maker:
    """Makes one part after the other; each step looks first whether it has been made."""

    def __init__(self, host: str, port: int, login: tuple[str, str], at: datetime) -> None:
        from mingcha.records.inventory.lawfulness import local_day
        from mingcha.records.register.actions import CONSOLE

        self._host, self._port, self._login, self._at = host, port, login, at
        self._today: date = local_day(at)
        self._actor = CONSOLE

    def put_site(self, given: DemoSite) -> None:
        """A site with its firm, system, areas, cameras, papers and notices."""
        site, firm = self._site(given), self._contractor(given.contractor)
        system, model = self._system(site, given), self._model()
        areas = {area.key: self._area(site, system, area.key, given) for area in given.areas}
        cameras = [
            self._camera(site, system, model, firm, areas, one, number)
            for number, one in enumerate((*given.cameras, *given.refused))
        ]
        self._papers(site, given)
        if given.is_lawful:
            self._notices(site, areas.values(), [camera for camera in cameras if camera is not None])

    def put_posts(self, given: DemoPerson) -> None:
        """Files and appointments, as the law at each site asks."""
        from mingcha.records.accounts.models import Person
        from mingcha.records.inventory.models import Site
        from mingcha.records.personnel.actions import Place, put_staff
        from mingcha.records.personnel.states import PostKind

        person = Person.objects.get(username=given.username)
        names = {site.key: site.name for site in facts.SITES}
        for key, kind in given.posts:
            site = Site.objects.get(name=names[key])
            place = Place(person, PostKind(kind), facts.POST_NAMES[kind])
            put_staff(site=site, places=[place], source=facts.MADE_UP, actor=self._actor, at=self._at)

    def put_expired(self) -> None:
        """A guard whose training has run out: the file says so, and an appointment would be refused."""
        from mingcha.records.accounts.models import Person
        from mingcha.records.inventory.models import Site
        from mingcha.records.personnel import actions
        from mingcha.records.personnel.models import PersonnelFile

        person = Person.objects.get(username=facts.EXPIRED.username)
        if PersonnelFile.objects.filter(person=person).exists():
            return
        site = Site.objects.get(name=facts.SITES[-1].name)
        common: dict[str, Any] = {"actor": self._actor, "at": self._at, "evidence": None}
        taught = self._day(-395)
        actions.record_check(
            person=person, checked_on=taught, result="passed", checked_by=facts.MADE_UP, remark="", **common
        )
        actions.file_undertaking(person=person, educated_on=taught, signed_on=taught, expires_on=None, **common)
        actions.record_training(
            people=[person],
            course="监控值守岗位培训",
            organiser=facts.MADE_UP,
            held_on=taught,
            result="passed",
            expires_on=self._day(-30),
            **common,
        )
        cover = actions.Cover(full_name=person.name, site=site)
        actions.put_cover(person=person, cover=cover, actor=self._actor, at=self._at)

    def _site(self, given: DemoSite) -> Site:
        from mingcha.records.inventory.actions import SiteFacts, open_site
        from mingcha.records.inventory.models import Site

        told = SiteFacts(
            region=given.region,
            place=given.place,
            has_monitoring_room=True,
            police_organ=given.police,
            operator=self._contractor(given.contractor),
            built_on=self._day(given.in_use_days - 40),
            accepted_on=self._day(given.in_use_days - 10),
            in_use_on=self._day(given.in_use_days),
            lat_e7=given.lat_e7,
            lon_e7=given.lon_e7,
        )
        known = Site.objects.filter(name=given.name).first()
        return known or open_site(name=given.name, address=given.address, facts=told, actor=self._actor, at=self._at)

    def _contractor(self, key: str) -> Contractor:
        from mingcha.records.inventory.actions import ContractorDraft, add_contractor
        from mingcha.records.inventory.models import Contractor

        given = next(one for one in facts.CONTRACTORS if one.key == key)
        known = Contractor.objects.filter(name=given.name).first()
        if known is not None:
            return known
        draft = ContractorDraft(
            name=given.name,
            credit_code=given.credit_code,
            services=given.services,
            agreement=_upload("agreement.pdf", paper("security agreement")),
            agreement_from=self._day(given.from_days),
            agreement_until=self._day(given.until_days),
            confidentiality_undertaken_on=None if given.undertook_days is None else self._day(given.undertook_days),
        )
        return add_contractor(draft=draft, actor=self._actor, at=self._at)

    def _model(self) -> DeviceModel:
        from mingcha.records.inventory.actions import ModelDraft, add_device_model
        from mingcha.records.inventory.models import DeviceModel

        vendor, model = facts.MODEL
        draft = ModelDraft(
            vendor=vendor,
            model=model,
            certificate_number="DEMO-0001",
            certificate_until=self._day(700),
            quality_file=_upload("certificate.pdf", paper("product certificate")),
        )
        known = DeviceModel.objects.filter(vendor=vendor, model=model).first()
        return known or add_device_model(draft=draft, actor=self._actor, at=self._at)

    def _system(self, site: Site, given: DemoSite) -> System:
        """A system that has come through its life to use; the days lie in the past."""
        from mingcha.records.inventory.actions import SystemDraft, add_system, advance_system
        from mingcha.records.inventory.models import System
        from mingcha.records.inventory.states import SystemState

        draft = SystemDraft(
            name="视频监控系统",
            security_grade="二级",
            designed_on=self._day(given.in_use_days - 100),
            built_on=self._day(given.in_use_days - 40),
            inspected_on=self._day(given.in_use_days - 20),
        )
        known = System.objects.filter(site=site).first()
        system = known or add_system(site=site, draft=draft, actor=self._actor, at=self._at)
        steps = ((SystemState.BUILDING, -60), (SystemState.ACCEPTED, -10), (SystemState.IN_USE, 0))
        order = list(SystemState)
        for state, days in steps:
            if order.index(SystemState(system.state)) < order.index(state):
                on = self._day(given.in_use_days + days)
                advance_system(system=system, state=state, on=on, actor=self._actor, at=self._at)
        return system

    def _area(self, site: Site, system: System, key: str, given: DemoSite) -> Area:
        from mingcha.records.inventory.actions import AreaDraft, add_area
        from mingcha.records.inventory.models import Area

        told = next(area for area in given.areas if area.key == key)
        draft = AreaDraft(
            name=told.name,
            kind=told.kind,
            floor=told.floor,
            system=system,
            plan=_upload(f"{key}.png", plan_picture(told.drawing)) if told.drawing else None,
            plan_mm_per_px=PLAN_MM_PER_PX if told.drawing else None,
        )
        known = Area.objects.filter(site=site, name=told.name).first()
        return known or add_area(site=site, draft=draft, actor=self._actor, at=self._at)

    def _camera(
        self,
        site: Site,
        system: System,
        model: DeviceModel,
        firm: Contractor,
        areas: dict[str, Area],
        given: DemoCamera,
        number: int,
    ) -> Camera | None:
        """The camera; None for one that the law refuses, which is kept as it was refused."""
        from mingcha.records.inventory.actions import CameraDraft, Particulars, Position, Siting, add_camera
        from mingcha.records.inventory.models import Camera

        known = Camera.objects.filter(site=site, name=given.name).first()
        if known is not None:
            return known if given.scene else None
        username, password = self._login
        base = f"rtsp://{self._host}:{self._port}/{given.scene or 'unused'}"
        area = areas[given.area]
        has_plan = area.plan_id is not None
        draft = CameraDraft(
            name=given.name,
            main_url=f"{base}/main",
            sub_url=f"{base}/sub" if _has_sub(given.scene) else "",
            control_url=f"http://{self._host}:{self._port}/{TURNING}/onvif" if given.scene == TURNING else None,
            username=username,
            password=password,
            siting=Siting(area=area, necessity=given.necessity),
            position=Position(
                lat_e7=(site.lat_e7 or 0) + 2_500 * (number - 1),
                lon_e7=(site.lon_e7 or 0) + 4_000 * (number % 2),
                datum_given="cgcs2000",
                position_error_cm=300,
                plan_x_permille=given.plan[0] if has_plan else None,
                plan_y_permille=given.plan[1] if has_plan else None,
                height_cm=350,
                bearing_cdeg=given.bearing_deg * 100,
                fov_cdeg=given.fov_deg * 100,
                range_m=given.range_m,
            ),
            particulars=Particulars(
                system=system,
                device_model=model,
                serial=f"SIM{given.serial:04d}",
                gb_code=f"{site.region}0000132{given.serial:07d}",
                kind="ptz" if given.scene == TURNING else "bullet",
                operator=firm,
            ),
        )
        try:
            return add_camera(site=site, draft=draft, actor=self._actor, at=self._at, keep_refused=True)
        except Unlawful:
            return None  # that is what it is there to show

    def _papers(self, site: Site, given: DemoSite) -> None:
        """Every missing paper that the law asks for; the faulty site goes without acceptance and filing."""
        from mingcha.records.accounts.models import Person
        from mingcha.records.accounts.states import Role
        from mingcha.records.documents import queries
        from mingcha.records.documents.actions import DocumentDraft, file_document
        from mingcha.records.documents.states import Holding
        from mingcha.records.wording.law import label

        eyes = Person(role=Role.MANAGER, is_active=True, must_set_password=False)
        seen = queries.checklist(viewer=eyes, site=site, on=self._today)
        for part in seen.parts:
            for line in part.lines:
                lacks = not given.is_lawful and line.stage in ("acceptance", "filing")
                if line.holding != Holding.MISSING or lacks:
                    continue
                kind = line.kinds[0]
                draft = DocumentDraft(
                    kind=kind,
                    title=f"{label('document_type', kind)}（演示）",
                    subject=part.subject,
                    stage=line.stage,
                    issuer=facts.MADE_UP,
                    dated_on=self._day(given.in_use_days - 5),
                )
                upload = _upload(f"{kind}.pdf", paper(kind.replace("_", " ")))
                file_document(draft=draft, upload=upload, actor=self._actor, at=self._at)
        if given.is_lawful:
            self._receipt(site, given)

    def _receipt(self, site: Site, given: DemoSite) -> None:
        from mingcha.records.documents.actions import DocumentDraft, file_document
        from mingcha.records.documents.models import Document

        if Document.objects.filter(site=site, kind="filing_receipt").exists():
            return
        draft = DocumentDraft(
            kind="filing_receipt",
            title="备案回执（演示）",
            subject=site.public_id,
            stage="filing",
            issuer=given.police,
            dated_on=self._day(given.in_use_days + 12),
        )
        upload = _upload("receipt.pdf", paper("receipt of the filing"))
        file_document(draft=draft, upload=upload, actor=self._actor, at=self._at)

    def _notices(self, site: Site, areas: Iterable[Area], cameras: list[Camera]) -> None:
        """The public page of the site, and a posted notice for each area with its cameras."""
        from mingcha.records.signs.actions import NoticeDraft, SignDraft, plan_sign, post_sign, publish_notice
        from mingcha.records.signs.models import Sign, SiteNotice

        if not SiteNotice.objects.filter(site=site).exists():
            publish_notice(site=site, draft=NoticeDraft(), actor=self._actor, at=self._at)
        for area in areas:
            inside = [camera for camera in cameras if camera.area_id == area.pk]
            if not inside or Sign.objects.filter(site=site, area=area).exists():
                continue
            draft = SignDraft(name=f"{area.name}入口", area=area, cameras=inside)
            sign = plan_sign(site=site, draft=draft, actor=self._actor, at=self._at)
            post_sign(sign=sign, posted_on=self._day(-20), photo=None, actor=self._actor, at=self._at)

    def _day(self, days: int) -> date:
        return self._today + timedelta(days=days)


def _has_sub(scene: str) -> bool:
    from mingcha.media.sim.scenes.render import SCENES

    return any(one.name == scene and one.has_sub for one in SCENES)


def _upload(name: str, content: bytes) -> ContentFile[bytes]:
    from django.core.files.base import ContentFile

    return ContentFile(content, name=name)


def _mark(data: DataDir) -> str:
    path = data.root / "demo"
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _set_mark(data: DataDir, mark: str) -> None:
    write_file(data.root / "demo", mark.encode("ascii"))
