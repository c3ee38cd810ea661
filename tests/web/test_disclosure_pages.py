"""The desk of requests, through its pages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mingcha.records.accounts.models import Person
from mingcha.records.disclosure.models import Request
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.viewing.models import Viewing
from tests.support.office import browser, make_person
from tests.support.uploads import pdf, picture, upload


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path, key_dir: Path) -> None:
    (tmp_path / "secrets").symlink_to(key_dir / "secrets")
    settings.DATA_DIR = tmp_path


@pytest.fixture
def mall(site: Site, camera: Camera) -> Site:
    Site.objects.filter(pk=site.pk).update(region="110101", place="mall")
    site.refresh_from_db()
    return site


def organ_fields(camera: Camera, **changes: Any) -> dict[str, Any]:
    fields = {
        "organ": "江岸分局",
        "requester": "public_security",
        "statutory_duty": "刑事案件侦查",
        "case_number": "2026-17",
        "purpose": "查找走失老人",
        "mode": "view",
        "cameras": [camera.public_id],
        "what": "recorded",
        "from_at": "2026-11-20T09:00",
        "until_at": "2026-11-20T11:00",
        "own_sector": "on",
    }
    return {**fields, **changes}


def received(client: Client, site: Site, camera: Camera, **changes: Any) -> Request:
    answer = client.post(reverse("receive-organ", args=(site.public_id,)), organ_fields(camera, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Request.objects.get()


def officer_fields(**changes: Any) -> dict[str, Any]:
    fields = {"name": "陈警官", "organ": "江岸分局", "certificate": "work_certificate", "number": "012345678"}
    return {f"officer-{key}": value for key, value in {**fields, "signed_name": "陈警官", **changes}.items()}


def ready(client: Client, site: Site, camera: Camera, **changes: Any) -> Request:
    found = received(client, site, camera, **changes)
    answer = client.post(reverse("add-access-officer", args=(found.public_id,)), officer_fields())
    assert answer.status_code == 302, answer.content.decode()
    return found


def granted(desk: Client, manager: Person, site: Site, camera: Camera, **changes: Any) -> Request:
    found = ready(desk, site, camera, **changes)
    answer = browser(manager).post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "60"})
    assert answer.status_code == 302, answer.content.decode()
    found.refresh_from_db()
    return found


def page(client: Client, found: Request, name: str = "access-request") -> str:
    answer = client.get(reverse(name, args=(found.public_id,)))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_what_is_missing_with_links_to_the_articles(mall: Site, camera: Camera, guard: Person) -> None:
    desk = browser(guard)
    found = received(desk, mall, camera, statutory_duty="")
    text = page(desk, found)
    assert "法定职责依据" in text
    assert "缺少" in text or "缺" in text
    assert 'href="/law/cn-2025-799/20/#' in text
    assert reverse("grant-access", args=(found.public_id,)) not in text


def test_a_desk_lets_two_officers_in(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    desk = browser(guard)
    found = received(desk, mall, camera)
    fields = officer_fields(
        signed_name="", photo=upload("papers.jpg", picture("JPEG")), signature=upload("s.png", picture())
    )
    assert desk.post(reverse("add-access-officer", args=(found.public_id,)), fields).status_code == 302
    paper = {"paper-kind": "introduction_letter", "paper-issuer": "江岸分局", "paper-scan": upload("l.pdf", pdf())}
    assert desk.post(reverse("add-access-paper", args=(found.public_id,)), paper).status_code == 302
    text = page(desk, found)
    assert "012345678" not in text
    officer = found.officers.get()
    for which in ("photo", "signature"):
        shown = desk.get(reverse("access-officer-file", args=(found.public_id, officer.pk, which)))
        assert shown.status_code == 200
    scan = desk.get(reverse("access-paper-scan", args=(found.public_id, found.papers.get().pk)))
    assert "attachment" in scan["Content-Disposition"]
    assert b"".join(scan.streaming_content) == pdf()
    office = browser(manager)
    answer = office.post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "60"}, follow=True)
    assert answer.status_code == 200
    assert reverse("look-access", args=(found.public_id,)) in page(desk, found)


def test_grant_refuses_with_what_the_law_misses(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    found = received(browser(guard), mall, camera, statutory_duty="")
    answer = browser(manager).post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "60"})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    found.refresh_from_db()
    assert found.state == "open"


def test_a_wrong_form_keeps_what_was_typed(mall: Site, camera: Camera, guard: Person) -> None:
    fields = organ_fields(camera, until_at="2026-11-20T08:00", purpose="长" * 501)
    answer = browser(guard).post(reverse("receive-organ", args=(mall.public_id,)), fields)
    text = answer.content.decode()
    assert "江岸分局" in text
    assert text.count("field--error") >= 2
    assert not Request.objects.exists()


def test_a_bad_file_is_told_at_its_field(mall: Site, camera: Camera, guard: Person) -> None:
    desk = browser(guard)
    found = received(desk, mall, camera)
    fields = officer_fields(photo=upload("papers.png", b"not a picture"))
    answer = desk.post(reverse("add-access-officer", args=(found.public_id,)), fields)
    assert answer.status_code == 400
    assert not found.officers.exists()


def test_the_island_is_told_exactly_the_grant(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    Camera.objects.create(
        site=mall, name="西门", main_url="rtsp://10.0.0.9/x", state="in_use", added_at=camera.added_at
    )
    desk = browser(guard)
    found = granted(desk, manager, mall, camera)
    text = page(desk, found, "look-access")
    told = re.search(r'<script id="island-config" type="application/json">(.*?)</script>', text, re.S)
    assert told
    config = json.loads(told[1])
    assert [one["id"] for one in config["cameras"]] == [camera.public_id]
    assert config["reasons"] == []
    assert config["rights"] == {"live": False, "playback": True, "snapshot": False, "export": False, "turn": False}
    assert config["granted"]["watermark"] == found.grant.watermark
    assert (config["granted"]["fromUs"], config["granted"]["toUs"]) == (found.from_us, found.to_us)
    assert config["urls"]["viewings"] == f"/api/requests/{found.public_id}/viewings"


def opened(client: Client, found: Request, camera: Camera, **changes: Any) -> Any:
    body = {"mode": "playback", "cameras": [camera.public_id], "from_us": 0, "to_us": 1 << 60, **changes}
    return client.post(reverse("access-viewings", args=(found.public_id,)), body, content_type="application/json")


def test_a_ticket_is_no_wider_than_the_grant(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    desk = browser(guard)
    found = granted(desk, manager, mall, camera)
    answer = opened(desk, found, camera)
    assert answer.status_code == 201, answer.content
    viewing = Viewing.objects.get()
    assert (viewing.from_us, viewing.to_us, viewing.basis) == (found.from_us, found.to_us, found.public_id)
    assert opened(desk, found, camera, mode="live").status_code == 403
    assert opened(desk, found, camera, mode="export").status_code == 403
    copy = reverse("access-copies", args=(found.public_id,))
    body = {"camera": camera.public_id, "from_us": found.from_us, "to_us": found.to_us}
    assert browser(manager).post(copy, body, content_type="application/json").status_code == 403


def test_after_the_end_no_ticket_is_renewed(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    desk = browser(guard)
    found = granted(desk, manager, mall, camera)
    grant = opened(desk, found, camera).json()["grant"]
    assert desk.post(reverse("renew", args=(grant,))).status_code == 200
    office = browser(manager)
    assert office.post(reverse("end-access", args=(found.public_id,)), {"end-reason": "已看完"}).status_code == 302
    assert desk.post(reverse("renew", args=(grant,))).status_code == 409
    assert opened(desk, found, camera).status_code == 409
    assert desk.get(reverse("look-access", args=(found.public_id,))).status_code == 302


def test_a_person_is_let_in_with_the_consent_of_the_unit(
    mall: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    desk, office = browser(guard), browser(manager)
    fields = organ_fields(camera) | {
        "name": "孙某",
        "id_number": "11010119900307889X",
        "relationship": "close_relative",
        "protects": "life_health",
    }
    assert desk.post(reverse("receive-person", args=(mall.public_id,)), fields).status_code == 302
    found = Request.objects.get()
    assert "11010119900307889X" not in page(desk, found)
    assert desk.post(reverse("consent-access", args=(found.public_id,))).status_code == 403
    assert office.post(reverse("consent-access", args=(found.public_id,))).status_code == 302
    assert office.post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "15"}).status_code == 302
    assert found.mode == "view"


def test_a_refusal_is_printed(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    found = ready(browser(guard), mall, camera)
    office = browser(manager)
    without = office.post(reverse("refuse-access", args=(found.public_id,)), {"refuse-note": "不行"})
    assert without.status_code == 400
    fields = {"refuse-reasons": ["beyond_need"], "refuse-note": "只需一台摄像机"}
    assert office.post(reverse("refuse-access", args=(found.public_id,)), fields).status_code == 302
    text = page(office, found, "access-paper")
    assert "只需一台摄像机" in text
    assert "<svg" in text
    assert found.public_id in text
    refusals = office.get(reverse("access-requests"), {"state": "refused"}).content.decode()
    assert "江岸分局" in refusals


def test_the_receipt_is_a_pdf(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    pytest.importorskip("weasyprint")
    desk = browser(guard)
    found = granted(desk, manager, mall, camera)
    assert found.public_id in page(desk, found, "access-paper")
    answer = desk.get(reverse("access-paper-pdf", args=(found.public_id,)))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_before_the_decision_there_is_no_paper(mall: Site, camera: Camera, guard: Person) -> None:
    desk = browser(guard)
    found = received(desk, mall, camera)
    for name in ("access-paper", "access-paper-pdf", "look-access"):
        assert desk.get(reverse(name, args=(found.public_id,))).status_code == 302


def test_debts_stand_on_their_page(mall: Site, camera: Camera, guard: Person, manager: Person) -> None:
    desk, office = browser(guard), browser(manager)
    found = received(desk, mall, camera, emergency="on")
    assert office.post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "60"}).status_code == 302
    auditor = browser(make_person("auditor", "周明", "auditor"))
    text = auditor.get(reverse("access-debts")).content.decode()
    assert text.count("江岸分局") >= 2
    assert desk.post(reverse("add-access-officer", args=(found.public_id,)), officer_fields()).status_code == 302
    assert auditor.get(reverse("access-debts")).content.decode().count("江岸分局") == 1


def test_lists_are_kind_when_empty_and_keep_filters(guard: Person, site: Site) -> None:
    desk = browser(guard)
    for name in ("access-requests", "access-debts", "begin-access-request"):
        assert desk.get(reverse(name)).status_code == 200
    answer = desk.get(reverse("access-requests"), {"text": "没有这个", "state": "nonsense", "after": "x"})
    assert answer.status_code == 200


def test_long_names_fit(mall: Site, camera: Camera, guard: Person) -> None:
    desk = browser(guard)
    found = received(desk, mall, camera, organ="长" * 200, purpose="因" * 500)
    assert "长" * 200 in page(desk, found)
    assert "长" * 200 in desk.get(reverse("access-requests")).content.decode()


@pytest.mark.parametrize("role", ["maintainer", "officer", "data_office"])
def test_others_are_refused(role: str, mall: Site, camera: Camera, guard: Person) -> None:
    found = received(browser(guard), mall, camera)
    other = browser(make_person("someone", "某人", role))
    for name in ("access-request", "access-paper", "look-access", "access-paper-pdf"):
        assert other.get(reverse(name, args=(found.public_id,))).status_code == 403
    assert other.get(reverse("access-requests")).status_code == 403
    assert opened(other, found, camera).status_code == 403


def test_the_auditor_reads_and_does_nothing(mall: Site, camera: Camera, guard: Person) -> None:
    found = received(browser(guard), mall, camera)
    auditor = browser(make_person("auditor", "周明", "auditor"))
    assert 'name="officer-name"' not in page(auditor, found)
    assert auditor.post(reverse("add-access-officer", args=(found.public_id,)), officer_fields()).status_code == 403
    assert auditor.post(reverse("grant-access", args=(found.public_id,)), {"grant-minutes": "15"}).status_code == 403


def test_an_unknown_request_is_as_unknown_as_another(guard: Person) -> None:
    assert browser(guard).get(reverse("access-request", args=("req_0000000000000000",))).status_code in (403, 404)
