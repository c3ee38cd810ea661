"""What of a request the law is asked by, and its answer."""

from __future__ import annotations

from datetime import datetime

from mingcha import law
from mingcha.records.disclosure.models import Applicant, Request
from mingcha.records.disclosure.requirements import Answer, ask
from mingcha.records.disclosure.states import POLICE_APPROVAL
from mingcha.records.inventory.models import Site


def applicant_of(request: Request) -> Applicant | None:
    return Applicant.objects.filter(pk=request.pk).first()


def facts_of(request: Request, at: datetime) -> dict[str, object]:
    """The facts of ``law.access``, from what was said and shown up to now; it is in the register since it was
    received."""
    applicant = applicant_of(request)
    certificates = list(request.officers.values_list("certificate", flat=True))
    papers = set(request.papers.values_list("kind", flat=True))
    return {
        "region": request.site.region,
        "on": at.astimezone(law.current().data.offset).date().isoformat(),
        "drafts": request.site.drafts,
        "requester": request.requester,
        "mode": request.mode,
        "staff": len(certificates),
        "shown": sorted({code for code in certificates if code} | papers - {POLICE_APPROVAL}),
        "registered": True,
        "statutory_duty": bool(request.statutory_duty),
        "emergency": request.emergency,
        "own_sector": request.own_sector,
        "unit_consent": request.consent_at is not None,
        "police_approval": POLICE_APPROVAL in papers,
        "relationship": applicant.relationship if applicant else "none",
        "protects": applicant.protects if applicant else "none",
        "urgent": applicant.urgent if applicant else False,
    }


def answer_for(request: Request, at: datetime) -> Answer | None:
    """What the law says of the request now; None while nobody has said in which region the site is."""
    if not request.site.region:
        return None
    is_named = request.officers.exists() or applicant_of(request) is not None
    return ask(facts_of(request, at), is_named=is_named, has_monitoring_room=request.site.has_monitoring_room)


def asked_of(site: Site, requester: str, mode: str, at: datetime) -> Answer | None:
    """What the law would ask of such a requester here who has shown nothing yet; None while the region is not told."""
    if not site.region:
        return None
    facts = {
        "region": site.region,
        "on": at.astimezone(law.current().data.offset).date().isoformat(),
        "drafts": site.drafts,
        "requester": requester,
        "mode": mode,
        "registered": True,
    }
    return ask(facts, is_named=False, has_monitoring_room=site.has_monitoring_room)


def seers(request: Request) -> str:
    """The names of those who are to see the pictures."""
    applicant = applicant_of(request)
    return applicant.name if applicant else "、".join(request.officers.values_list("name", flat=True))


def subject_name(request: Request) -> str:
    """Who asks, by name: the organ, or the person."""
    return request.organ or seers(request)
