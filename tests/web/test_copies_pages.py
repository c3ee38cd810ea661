"""The pages of copies: the whole way through forms, what others get, the papers, and the check by hash."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mingcha.records.accounts.models import Person
from mingcha.records.custody import actions as custody
from mingcha.records.custody.models import Item
from mingcha.records.custody.queries import copies_owed
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.policies.actions import approve, change_policy
from mingcha.records.policies.models import Approval
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.models import Viewing
from tests.records.custody.conftest import (  # noqa: F401
    FILM,
    MANIFEST,
    _own_directory,
    brought_to,
    clerk,
    finished,
    gone,
    item,
    ordered,
    second,
)
from tests.support.office import AT, browser, last_entry, make_person
from tests.support.uploads import picture, upload

SEAL = {
    "medium": "disc",
    "seal_number": "S-7",
    "receiver_unit": "江岸分局",
    "receiver_name": "陈警官",
    "purpose": "案件",
}


def page(item: Item, what: str = "") -> str:  # noqa: F811
    return f"/copies/{item.public_id}/{what}"


def fields(prefix: str, **given: Any) -> dict[str, Any]:
    return {f"{prefix}-{key}": value for key, value in given.items()}


def signed(prefix: str, **given: Any) -> dict[str, Any]:
    return fields(prefix, signature=upload("signature.png", picture()), **given)


def shown(client: Client, item: Item, what: str = "") -> str:  # noqa: F811
    answer = client.get(page(item, what))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_whole_way_through_the_pages(item: Item, manager: Person) -> None:  # noqa: F811
    client = browser(manager)
    assert item.public_id in client.get("/copies/").content.decode()
    assert client.post(page(item, "seal/"), fields("seal", **SEAL)).status_code == 302
    assert page(item, "hand-over/") not in shown(client, item)
    links = client.post(page(item, "download/")).content.decode()
    assert f"/exports/{item.export.export_id}/bundle.zip?ticket=mct1." in links
    assert "%E4%B8%9C%E9%97%A8%201.mp4?ticket=mct1." in links
    assert page(item, "hand-over/") in shown(client, item)
    over = signed("over", paper="work_certificate", number="987650021", return_due_on="2026-11-30")
    assert client.post(page(item, "hand-over/"), over).status_code == 302
    after = shown(client, item)
    assert "987****21" in after
    assert "987650021" not in after
    assert "2026-11-30" in after
    assert client.post(page(item, "download/")).status_code == 409
    step = item.steps.get(act="hand_over")
    assert client.get(page(item, f"steps/{step.pk}/signature/"))["Content-Type"].startswith("image/")
    assert client.post(page(item, "hand-on/"), fields("on", name="何检察官", note="移送")).status_code == 302
    back = signed("back", by_name="何检察官", seal_intact="on")
    assert client.post(page(item, "take-back/"), back).status_code == 302
    assert client.post(page(item, "destroy/"), fields("destroy", ending="returned")).status_code == 302
    gone(item)
    assert client.post(page(item, "attest/"), fields("attest", how="光盘已剪碎")).status_code == 302
    item.refresh_from_db()
    assert item.state == "destroyed"
    certificate = shown(client, item, "certificate/")
    assert "光盘已剪碎" in certificate
    assert MANIFEST in certificate
    assert "<svg" in certificate


def test_the_papers_come_when_there_is_something_to_say(item: Item, manager: Person) -> None:  # noqa: F811
    client = browser(manager)
    for paper in ("receipt/", "certificate/", "receipt.pdf", "certificate.pdf"):
        assert client.get(page(item, paper)).status_code == 409
    brought_to("out", item, manager)
    assert "S-0001" in shown(client, item, "receipt/")
    assert client.get(page(item, "receipt.pdf")).content.startswith(b"%PDF")
    assert client.get(page(item, "certificate/")).status_code == 409


def test_the_certificate_of_what_nobody_fetched(item: Item, manager: Person) -> None:  # noqa: F811
    assert custody.expire_items(at=item.unclaimed_until) == 1
    client = browser(manager)
    assert "尚未答复" in shown(client, item)
    assert client.get(page(item, "certificate/")).status_code == 409
    gone(item, reason="unclaimed")
    text = shown(client, item, "certificate/")
    assert "逾期无人领取" in text
    assert "未曾离开录像机" in text
    assert client.get(page(item, "certificate.pdf")).content.startswith(b"%PDF")


def test_the_second_person_signs_and_then_it_goes(item: Item, manager: Person, second: Person) -> None:  # noqa: F811
    change_policy(key=PolicyKey.SECOND_HANDOVER, value=1, reason="移交须二人", actor=manager, at=AT)
    client = browser(manager)
    client.post(page(item, "seal/"), fields("seal", **SEAL))
    client.post(page(item, "download/"))
    assert page(item, "hand-over/") not in shown(client, item)
    refused = client.post(page(item, "hand-over/"), signed("over"))
    assert refused.status_code == 409
    assert "第二人批准" in refused.content.decode()
    asked = client.post(page(item, "ask-approval/"))
    wish = Approval.objects.get()
    assert asked["Location"].startswith(reverse("approval", args=(wish.public_id,)))
    assert page(item) in client.get(asked["Location"]).content.decode()
    assert client.post(page(item, "ask-approval/")).status_code == 302
    assert Approval.objects.count() == 1
    approve(approval=wish, actor=second, at=AT)
    assert second.name in shown(client, item)
    assert client.post(page(item, "hand-over/"), signed("over")).status_code == 302


def test_what_was_typed_stays_when_it_is_refused(item: Item, manager: Person) -> None:  # noqa: F811
    client = browser(manager)
    answer = client.post(page(item, "seal/"), fields("seal", **{**SEAL, "seal_number": ""}))
    assert answer.status_code == 400
    assert "field--error" in answer.content.decode()
    assert "陈警官" in answer.content.decode()
    late = client.post(page(item, "unseal/"), fields("unseal", reason="写错"))
    assert late.status_code == 409
    assert "待领取" in late.content.decode()
    assert client.post(page(item, "keep/"), fields("keep", until="2026-11-22", reason="x")).status_code == 400
    assert client.post(page(item, "keep/"), fields("keep", until="2027-01-31", reason="下月来取")).status_code == 302


def test_a_file_that_is_no_signature_is_refused_at_its_field(item: Item, manager: Person) -> None:  # noqa: F811
    brought_to("sealed", item, manager)
    client = browser(manager)
    client.post(page(item, "download/"))
    wrong = SimpleUploadedFile("signature.png", b"MZ not a picture")
    answer = client.post(page(item, "hand-over/"), fields("over", signature=wrong))
    assert answer.status_code == 400
    assert "field--error" in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "sealed"


def test_the_page_that_ordered_gets_a_ticket_for_its_copy(ordered: Viewing, manager: Person) -> None:  # noqa: F811
    client = browser(manager)
    path = f"/api/exports/{ordered.grant}/download"
    early = client.post(path, "{}", content_type="application/json")
    assert (early.status_code, early.json()["error"]["code"]) == (404, "item.unknown")
    made = finished(ordered)
    answer = client.post(path, "{}", content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["ticket"].startswith("mct1.")
    assert made.downloads.count() == 1
    assert last_entry().act == "item.downloaded"
    assert client.post("/api/exports/nonsense/download", "{}", content_type="application/json").status_code == 400


def test_destroying_asks_again_who_sits_there(item: Item, manager: Person) -> None:  # noqa: F811
    answer = browser(manager, confirmed=False).post(page(item, "destroy/"), fields("destroy", ending="done"))
    assert "identity_password" in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "waiting"


def test_a_manifest_is_recognised_and_a_changed_one_is_not(item: Item, manager: Person) -> None:  # noqa: F811
    text = json.dumps({"format": "mingcha.export/1", "camera_name": "东门"}).encode()
    Item.objects.update(manifest_sha256=hashlib.sha256(text).hexdigest())
    client = browser(manager)

    def asked(content: bytes) -> str:
        manifest = SimpleUploadedFile("manifest.json", content, content_type="application/json")
        return client.post("/copies/check/", {"manifest": manifest}).content.decode()

    assert item.public_id in asked(text)
    forged = asked(text + b" ")
    assert item.public_id not in forged
    assert "东门" in forged
    assert "alert--danger" in asked(b"\x00\xff no json")
    assert "alert--danger" in asked(b"[" * 100_000)


def test_a_hash_is_recognised(item: Item, manager: Person) -> None:  # noqa: F811
    client = browser(manager)
    assert item.public_id in client.post("/copies/check/", {"sha256": f" {FILM.upper()} "}).content.decode()
    assert "alert--danger" in client.post("/copies/check/", {"sha256": "0" * 64}).content.decode()
    for wrong in ("", "abc"):
        assert client.post("/copies/check/", {"sha256": wrong}).status_code == 400


@pytest.mark.parametrize("path", ["", "check/", "{}/", "{}/receipt/", "{}/certificate.pdf", "{}/steps/1/signature/"])
def test_a_guard_sees_none_of_it(item: Item, guard: Person, path: str) -> None:  # noqa: F811
    assert browser(guard).get(f"/copies/{path.format(item.public_id)}").status_code == 403


ACTS = ("seal", "unseal", "keep", "ask-approval", "hand-over", "hand-on", "take-back", "destroy", "attest", "download")


@pytest.mark.parametrize("role", ["auditor", "guard", "maintainer"])
def test_others_change_nothing(item: Item, role: str, guard: Person) -> None:  # noqa: F811
    client = browser(guard if role == "guard" else make_person("someone", "何清", role))
    for act in ACTS:
        assert client.post(page(item, f"{act}/"), {}).status_code == 403
    if role == "auditor":
        text = shown(client, item)
        assert 'method="post"' not in text.partition("<main")[2]


def test_a_clerk_keeps_copies_but_does_not_download(item: Item, clerk: Person) -> None:  # noqa: F811
    client = browser(clerk)
    text = shown(client, item)
    assert page(item, "seal/") in text
    assert page(item, "download/") not in text
    assert client.post(page(item, "download/")).status_code == 403


def test_the_list_is_empty_filtered_and_bears_long_names(manager: Person, camera: Camera, site: Site) -> None:
    client = browser(manager)
    assert "empty" in client.get("/copies/").content.decode()
    assert client.get("/copies/?before=nonsense&state=odd").status_code == 200
    Camera.objects.update(name="机" * 200)
    assert "empty" in client.get("/copies/?text=nobody").content.decode()


def test_long_words_and_a_receiver_from_the_link(item: Item, manager: Person) -> None:  # noqa: F811
    Camera.objects.update(name="机" * 200)
    client = browser(manager)
    given = client.get(page(item) + "?receiver_unit=分局&receiver_name=<b>陈</b>").content.decode()
    assert 'value="分局"' in given
    assert "<b>陈" not in given
    long = {**SEAL, "receiver_name": "名" * 200, "receiver_unit": "位" * 200, "purpose": "用" * 500}
    assert client.post(page(item, "seal/"), fields("seal", **long)).status_code == 302
    assert "名" * 200 in client.get("/copies/").content.decode()
    assert client.get("/copies/itm_0000000000000000/").status_code in (403, 404)


def test_home_tells_of_copies_early(item: Item, manager: Person, settings: Any) -> None:  # noqa: F811
    def codes(at: Any) -> list[str]:
        return [line.code for line in copies_owed(manager, at)]

    assert codes(AT) == []
    assert codes(item.unclaimed_until - timedelta(days=6)) == ["copy_unclaimed"]
    brought_to("out", item, manager)
    assert codes(AT) == []
    Item.objects.update(return_due_on=(AT + timedelta(days=8)).date())
    assert codes(AT) == []
    Item.objects.update(return_due_on=(AT + timedelta(days=2)).date())
    assert codes(AT) == ["copy_return"]
    Item.objects.update(state="back")
    assert codes(AT) == ["copy_returned"]
    Item.objects.update(state="ending", delete_ordered_at=AT)
    assert codes(AT) == ["copy_unattested"]
    assert codes(AT + timedelta(minutes=6)) == ["copy_unattested", "copy_undeleted"]
    assert "东门" in copies_owed(manager, AT)[0].text
    assert copies_owed(make_person("auditor", "何清", "auditor"), AT) == []
