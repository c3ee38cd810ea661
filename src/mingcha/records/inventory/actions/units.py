"""Acts on the unit, on contractors and on device models: what sites and cameras refer to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.states import PAPERS
from mingcha.records.inventory.codes import read_credit_code
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Contractor, DeviceModel, Unit
from mingcha.records.inventory.names import read_name, read_text
from mingcha.records.inventory.states import BuilderKind, Service
from mingcha.records.register.actions import Actor, act, enter


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """The particulars of a managing unit."""

    name: str
    credit_code: str = ""
    address: str = ""
    responsible_name: str = ""
    phone: str = ""
    complaints_contact: str = ""
    kind_of_builder: str = ""


@dataclass(frozen=True, slots=True)
class ContractorDraft:
    """A firm and what was agreed with it. `agreement`: the signed paper, None leaves what is kept."""

    name: str
    credit_code: str = ""
    services: tuple[str, ...] = ()
    contact: str = ""
    agreement: Upload | None = None
    agreement_from: date | None = None
    agreement_until: date | None = None
    confidentiality_undertaken_on: date | None = None
    licence_scope: str = ""
    licence_until: date | None = None


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A type of device. `quality_file`: its certificate or test report, None leaves what is kept."""

    vendor: str
    model: str
    certificate_number: str = ""
    certificate_until: date | None = None
    quality_file: Upload | None = None


@act("unit.changed")
def change_unit(*, unit: Unit | None, draft: UnitDraft, actor: Actor, at: datetime) -> Unit:
    """Say who the unit is; makes it when there is none. Raises Invalid (``credit_code.wrong``, ``camera.name_*``)."""
    require(actor, Permission.MANAGE_SITES)
    found = unit or Unit(created_at=at)
    before = _unit(found) if unit else {}
    found.name, found.credit_code = read_name(draft.name), read_credit_code(draft.credit_code)
    found.address, found.responsible_name = read_text(draft.address, 300), read_text(draft.responsible_name)
    found.phone, found.complaints_contact = read_text(draft.phone, 40), read_text(draft.complaints_contact, 300)
    found.kind_of_builder = BuilderKind(draft.kind_of_builder) if draft.kind_of_builder else ""
    found.save()
    detail = {"before": before, "after": _unit(found)}
    enter(actor=actor, at=at, subject=found.public_id, subject_name=found.name, detail=detail)
    return found


@act("contractor.added")
def add_contractor(*, draft: ContractorDraft, actor: Actor, at: datetime) -> Contractor:
    """Add a firm. Raises Invalid (``contractor.dates``, ``credit_code.wrong`` …), Conflict
    (``contractor.name_taken``)."""
    require(actor, Permission.MANAGE_SITES)
    contractor = Contractor(created_at=at)
    _put_contractor(contractor, draft, actor, at)
    contractor.save(force_insert=True)
    detail = _contractor(contractor)
    enter(actor=actor, at=at, subject=contractor.public_id, subject_name=contractor.name, detail=detail)
    return contractor


@act("contractor.changed")
def change_contractor(*, contractor: Contractor, draft: ContractorDraft, actor: Actor, at: datetime) -> None:
    """Change what is known of a firm. Raises as `add_contractor`."""
    require(actor, Permission.MANAGE_SITES)
    before = _contractor(contractor)
    _put_contractor(contractor, draft, actor, at)
    contractor.save()
    detail = {"before": before, "after": _contractor(contractor)}
    enter(actor=actor, at=at, subject=contractor.public_id, subject_name=contractor.name, detail=detail)


@act("contractor.ended")
def end_contractor(*, contractor: Contractor, actor: Actor, at: datetime) -> None:
    """Nothing is entrusted to it any more. Raises Conflict: ``contractor.in_charge`` while a site or a camera names it,
    ``contractor.ended``."""
    require(actor, Permission.MANAGE_SITES)
    if contractor.sites.exists() or contractor.cameras.filter(retired_at__isnull=True).exists():
        raise Conflict("contractor.in_charge", "A site or a camera still names this contractor.")
    going = Contractor.objects.filter(pk=contractor.pk, ended_on__isnull=True)
    if going.update(ended_on=local_day(at)) != 1:
        raise Conflict("contractor.ended", "It was ended already.")
    contractor.ended_on = local_day(at)
    enter(actor=actor, at=at, subject=contractor.public_id, subject_name=contractor.name)


@act("device_model.added")
def add_device_model(*, draft: ModelDraft, actor: Actor, at: datetime) -> DeviceModel:
    """Add a type of device. Raises Conflict (``device_model.taken``)."""
    require(actor, Permission.MANAGE_CAMERAS)
    found = DeviceModel()
    _put_model(found, draft, actor, at)
    found.save(force_insert=True)
    enter(actor=actor, at=at, subject=found.public_id, subject_name=str(found), detail=_model(found))
    return found


@act("device_model.changed")
def change_device_model(*, device_model: DeviceModel, draft: ModelDraft, actor: Actor, at: datetime) -> None:
    """Change a type of device. Raises Conflict (``device_model.taken``)."""
    require(actor, Permission.MANAGE_CAMERAS)
    before = _model(device_model)
    _put_model(device_model, draft, actor, at)
    device_model.save()
    detail = {"before": before, "after": _model(device_model)}
    enter(actor=actor, at=at, subject=device_model.public_id, subject_name=str(device_model), detail=detail)


def _put_contractor(found: Contractor, draft: ContractorDraft, actor: Actor, at: datetime) -> None:
    name = read_name(draft.name)
    if Contractor.objects.filter(name=name).exclude(pk=found.pk).exists():
        raise Conflict("contractor.name_taken", "Another contractor has this name.")
    if draft.agreement_from and draft.agreement_until and draft.agreement_from > draft.agreement_until:
        raise Invalid("contractor.dates", "The agreement ends before it begins.")
    found.name, found.credit_code = name, read_credit_code(draft.credit_code)
    found.services = sorted({str(Service(service)) for service in draft.services})
    found.contact, found.licence_scope = read_text(draft.contact, 300), read_text(draft.licence_scope)
    days = ("agreement_from", "agreement_until", "confidentiality_undertaken_on", "licence_until")
    for day in days:
        setattr(found, day, getattr(draft, day))
    if draft.agreement is not None:
        found.agreement = put_file(upload=draft.agreement, kinds=PAPERS, actor=actor, at=at)


def _put_model(found: DeviceModel, draft: ModelDraft, actor: Actor, at: datetime) -> None:
    vendor, model = read_name(draft.vendor), read_name(draft.model)
    if DeviceModel.objects.filter(vendor=vendor, model=model).exclude(pk=found.pk).exists():
        raise Conflict("device_model.taken", "This model is there already.")
    found.vendor, found.model = vendor, model
    found.certificate_number, found.certificate_until = read_text(draft.certificate_number), draft.certificate_until
    if draft.quality_file is not None:
        found.quality_file = put_file(upload=draft.quality_file, kinds=PAPERS, actor=actor, at=at)


def _unit(unit: Unit) -> dict[str, object]:
    names = ("name", "credit_code", "address", "responsible_name", "phone", "complaints_contact", "kind_of_builder")
    return {name: str(getattr(unit, name)) for name in names}


def _contractor(found: Contractor) -> dict[str, object]:
    days = ("agreement_from", "agreement_until", "confidentiality_undertaken_on", "licence_until")
    return {
        "name": found.name,
        "credit_code": found.credit_code,
        "services": found.services,
        "contact": found.contact,
        "licence_scope": found.licence_scope,
        "agreement": facts_of(found.agreement) if found.agreement else None,
        **{day: _day(getattr(found, day)) for day in days},
    }


def _model(found: DeviceModel) -> dict[str, object]:
    return {
        "vendor": found.vendor,
        "model": found.model,
        "certificate_number": found.certificate_number,
        "certificate_until": _day(found.certificate_until),
        "quality_file": facts_of(found.quality_file) if found.quality_file else None,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
