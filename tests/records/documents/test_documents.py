"""Filing, versions, withdrawing and handing over: each leaves an entry, nothing is overwritten."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.documents import actions, queries
from mingcha.records.documents.actions import DocumentDraft
from mingcha.records.documents.models import Document, Version
from mingcha.records.documents.queries import Search
from mingcha.records.files.models import StoredFile
from mingcha.records.inventory.models import Site
from tests.support import uploads
from tests.support.office import AT, LATER, last_entry, make_person, words

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "周档", "clerk")


@pytest.fixture
def maintainer() -> Person:
    return make_person("maintainer", "钱修", "maintainer")


def draft(site: Site, **changes: Any) -> DocumentDraft:
    fields: dict[str, Any] = {
        "kind": "acceptance_report",
        "title": "系统验收报告",
        "subject": site.public_id,
        **changes,
    }
    return DocumentDraft(**fields)


def filed(site: Site, actor: Person, *, text: bytes = b"one page", **changes: Any) -> Document:
    given = uploads.upload("report.pdf", uploads.pdf(text=text))
    return actions.file_document(draft=draft(site, **changes), upload=given, actor=actor, at=AT)


def found(viewer: Person, **wanted: Any) -> list[str]:
    return [one.title for one in queries.found_documents(viewer=viewer, wanted=Search(**wanted), on=TODAY)]


def test_filing_keeps_the_file_and_enters_its_hash(site: Site, clerk: Person) -> None:
    document = filed(site, clerk, number="YS-2026-1", tags=["验收", " 验收", ""])
    version = document.versions.get()
    entry = last_entry()
    assert (entry.act, entry.subject, entry.subject_name) == ("document.filed", document.public_id, "系统验收报告")
    assert entry.detail_fields["sha256"] == version.file.sha256
    assert site.public_id in entry.refs
    assert document.site == site
    assert document.tags == ["验收"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "poem"}, "document.kind"),
        ({"stage": "dawn"}, "document.stage"),
        ({"title": " \n "}, "document.title"),
        ({"subject": "sit_0000000000000000"}, "document.subject"),
        ({"subject": "per_0000000000000000"}, "document.subject"),
        ({"dated_on": date(2026, 2, 1), "valid_until": date(2026, 1, 1)}, "document.valid_until"),
    ],
)
def test_wrong_particulars_are_refused_and_leave_nothing(
    site: Site, clerk: Person, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as raised:
        filed(site, clerk, **changes)
    assert raised.value.code == code
    assert StoredFile.objects.count() == 0


def test_a_version_stands_beside_the_earlier_ones(site: Site, clerk: Person) -> None:
    document = filed(site, clerk)
    newer = uploads.upload("report-2.pdf", uploads.pdf(text=b"two pages"))
    version = actions.add_version(document=document, upload=newer, reason="补盖章页", actor=clerk, at=LATER)
    assert version.number == 2
    assert [one.number for one in queries.versions_of(document)] == [2, 1]
    assert last_entry().detail_fields["reason"] == "补盖章页"
    again = uploads.upload("report-2.pdf", uploads.pdf(text=b"two pages"))
    with pytest.raises(Conflict) as raised:
        actions.add_version(document=document, upload=again, reason="x", actor=clerk, at=LATER)
    assert raised.value.code == "document.same_file"
    assert Version.objects.count() == 2


def test_a_version_wants_a_reason(site: Site, clerk: Person) -> None:
    document = filed(site, clerk)
    with pytest.raises(Invalid):
        actions.add_version(
            document=document, upload=uploads.upload("a.pdf", uploads.pdf(text=b"x")), reason=" ", actor=clerk, at=LATER
        )


def test_a_withdrawn_document_stays_and_takes_no_version(site: Site, clerk: Person) -> None:
    document = filed(site, clerk)
    actions.withdraw_document(document=document, reason="编号错误", actor=clerk, at=LATER)
    assert last_entry().act == "document.withdrawn"
    assert found(clerk) == []
    assert found(clerk, state="withdrawn") == ["系统验收报告"]
    with pytest.raises(Conflict):
        actions.withdraw_document(document=document, reason="again", actor=clerk, at=LATER)
    given = uploads.upload("a.pdf", uploads.pdf(text=b"x"))
    with pytest.raises(Conflict):
        actions.add_version(document=document, upload=given, reason="x", actor=clerk, at=LATER)


def test_a_hand_over_names_the_newest_versions_and_their_hashes(site: Site, clerk: Person) -> None:
    one, two = filed(site, clerk), filed(site, clerk, text=b"other", title="设计方案", kind="design_plan")
    newer = uploads.upload("r2.pdf", uploads.pdf(text=b"newer"))
    actions.add_version(document=one, upload=newer, reason="更正", actor=clerk, at=LATER)
    made = actions.hand_over(
        title="移交物业",
        receiver="吴九",
        receiver_unit="新物业公司",
        handed_on=TODAY,
        note="",
        documents=[one, two],
        actor=clerk,
        at=LATER,
    )
    entry = last_entry()
    assert (entry.act, entry.subject) == ("document.handed_over", made.public_id)
    numbers = [(version.document, version.number) for version in queries.handed_versions(made)]
    assert numbers == [(one, 2), (two, 1)]
    assert len(entry.detail_fields["sha256"]) == 2
    assert {one.public_id, two.public_id} <= set(entry.refs)


@pytest.mark.parametrize(
    ("title", "receiver", "code"), [("", "x", "title"), ("x", "", "receiver"), ("x", "y", "empty")]
)
def test_an_incomplete_hand_over_is_refused(clerk: Person, title: str, receiver: str, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        actions.hand_over(
            title=title, receiver=receiver, receiver_unit="", handed_on=TODAY, note="", documents=[], actor=clerk, at=AT
        )
    assert raised.value.code == f"handover.{code}"


def test_who_may_not_file_changes_nothing(site: Site, clerk: Person, guard: Person, outsider: Person) -> None:
    document = filed(site, clerk)
    for actor in (guard, outsider, make_person("auditor", "孙审", "auditor")):
        with pytest.raises(NotAllowed):
            filed(site, actor)
        given = uploads.upload("a.pdf", uploads.pdf(text=b"x"))
        with pytest.raises(NotAllowed):
            actions.add_version(document=document, upload=given, reason="x", actor=actor, at=LATER)
        with pytest.raises(NotAllowed):
            actions.withdraw_document(document=document, reason="x", actor=actor, at=LATER)
        with pytest.raises(NotAllowed):
            actions.hand_over(
                title="x",
                receiver="y",
                receiver_unit="",
                handed_on=TODAY,
                note="",
                documents=[document],
                actor=actor,
                at=LATER,
            )
    assert [word for word in words() if word.startswith("document.")] == ["document.filed"]


def test_confidential_documents_exist_only_for_those_who_may_read_them(
    site: Site, clerk: Person, maintainer: Person, guard: Person
) -> None:
    secret = filed(site, clerk, title="涉密方案", is_confidential=True)
    plain = filed(site, clerk, text=b"plain", title="维护记录", kind="maintenance_record")
    assert found(clerk) == ["维护记录", "涉密方案"]
    assert found(maintainer) == ["维护记录"]
    assert found(guard) == []
    for viewer, document in ((maintainer, secret), (guard, plain), (guard, secret)):
        with pytest.raises(NotAllowed) as raised:
            queries.file_for(viewer=viewer, public_id=document.public_id, number=1)
        assert raised.value.code == "document.unknown"
    listed = actions.hand_over(
        title="x", receiver="y", receiver_unit="", handed_on=TODAY, note="", documents=[secret], actor=clerk, at=LATER
    )
    with pytest.raises(NotAllowed):
        queries.handover_for(viewer=maintainer, public_id=listed.public_id)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("验收", ["系统验收报告"]),
        ("收报", ["系统验收报告"]),
        ("告", ["系统验收报告", "检测报告 ISO-9001"]),
        ("iso", ["检测报告 ISO-9001"]),
        ("ＩＳＯ 检测", ["检测报告 ISO-9001"]),
        ("9001", ["检测报告 ISO-9001"]),
        ("华为", ["检测报告 ISO-9001"]),
        ("验报", []),
        ('"; DROP', []),
        ("* NOT *", []),
        ("report", ["系统验收报告", "检测报告 ISO-9001"]),
    ],
)
def test_the_search_finds_words_of_one_two_and_more_characters(
    site: Site, clerk: Person, text: str, titles: list[str]
) -> None:
    filed(site, clerk)
    filed(site, clerk, text=b"b", title="检测报告 ISO-9001", kind="test_report", issuer="华为检测")
    assert sorted(found(clerk, text=text)) == sorted(titles)


def test_filters_narrow_and_pages_do_not_repeat(site: Site, clerk: Person) -> None:
    first = filed(site, clerk, title="甲", valid_until=date(2026, 1, 1))
    second = filed(site, clerk, text=b"2", title="乙", kind="design_plan")
    assert found(clerk, kind="design_plan") == ["乙"]
    assert found(clerk, state="expired") == ["甲"]
    assert found(clerk, site=site.public_id) == ["乙", "甲"]
    assert found(clerk, site="sit_0000000000000000") == []
    assert found(clerk, before_id=second.pk) == ["甲"]
    assert found(clerk, subject=first.subject) == ["乙", "甲"]
