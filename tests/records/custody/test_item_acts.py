"""A copy in custody: made by the recorder's word, downloaded under its grant, sealed, handed over, brought back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.custody import actions as custody
from mingcha.records.custody.actions import Attestation, HandOverDraft
from mingcha.records.custody.models import Item, ItemStep
from mingcha.records.custody.queries import CopySearch, found_by_hash, found_copies, item_for, masked_number
from mingcha.records.inventory.models import Camera
from mingcha.records.policies.actions import approve, change_policy, withdraw_approval
from mingcha.records.policies.states import PolicyKey
from mingcha.records.register.models import Entry
from mingcha.records.viewing.actions import close_viewing, mint, order_export
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.queries import revoked_since
from tests.records.custody.conftest import FILM, MANIFEST, SPAN, brought_to, finished, gone, receiver, seal
from tests.support.office import AT, LATER, asker, last_entry, make_person, words


def test_a_finished_copy_is_in_custody_at_once(item: Item, ordered: Viewing, camera: Camera, settings: Any) -> None:
    assert (item.state, item.manifest_sha256, item.size_bytes) == ("waiting", MANIFEST, 4_000_000)
    assert item.unclaimed_until == AT + timedelta(hours=settings.ITEM_UNCLAIMED_HOURS)
    assert item.purpose == "东门盗窃"
    assert words()[-2:] == ["item.made", "export.finished"]
    entry = Entry.objects.get(act="item.made")
    assert (entry.actor, entry.subject, entry.subject_name) == ("system", item.public_id, camera.name)
    assert {camera.public_id, ordered.public_id} <= set(entry.refs)
    assert item.public_id in last_entry().refs


def test_told_twice_it_is_one_copy(item: Item, ordered: Viewing) -> None:
    assert finished(ordered).pk == item.pk
    assert words().count("item.made") == 1


def test_copies_from_before_are_taken_in(item: Item, ordered: Viewing) -> None:
    item.steps.all().delete()
    item.files.all().delete()
    item.delete()
    assert custody.adopt_copies(at=LATER) == 1
    assert custody.adopt_copies(at=LATER) == 0
    adopted = Item.objects.get()
    assert (adopted.export.viewing, adopted.manifest_sha256) == (ordered, "")


def test_a_download_is_counted_and_bound_to_the_copy(item: Item, manager: Person) -> None:
    first = custody.download(item=item, asker=asker(manager), at=AT)
    custody.download(item=item, asker=asker(manager), at=LATER)
    assert item.downloads.count() == 2
    assert words()[-4:] == ["viewing.export_fetched", "item.downloaded"] * 2
    assert last_entry().detail_fields["count"] == 2
    assert item.downloads.first().viewing == first
    assert first.expires_at == AT + timedelta(hours=1)
    assert mint(first, at=AT, export=item.export.export_id)


@pytest.mark.parametrize("done", ["hand_over", "destroy", "expire"])
def test_what_still_flows_ends_with_the_copy(item: Item, ordered: Viewing, manager: Person, done: str) -> None:
    custody.seal_item(item=item, draft=seal(), actor=manager, at=AT)
    flowing = custody.download(item=item, asker=asker(manager), at=AT)
    if done == "hand_over":
        custody.hand_over(item=item, draft=HandOverDraft(receiver()), actor=manager, at=LATER)
    elif done == "destroy":
        custody.order_destruction(item=item, ending="done", note="", actor=manager, at=LATER)
    else:
        Item.objects.update(unclaimed_until=LATER)
        custody.expire_items(at=LATER)
    assert {flowing.grant, ordered.grant} <= set(revoked_since(LATER))
    flowing.refresh_from_db()
    assert flowing.end == "copy_closed"
    item.refresh_from_db()
    with pytest.raises(Conflict):
        custody.download(item=item, asker=asker(manager), at=LATER)


def test_a_copy_the_recorder_no_longer_has_is_not_downloaded(item: Item, manager: Person) -> None:
    custody.download(item=item, asker=asker(manager), at=AT)
    Item.objects.update(copy_deleted_at=AT)
    with pytest.raises(Conflict) as refused:
        custody.download(item=item, asker=asker(manager), at=LATER)
    assert refused.value.code == "item.copy_gone"
    assert item.downloads.count() == 1


def test_what_never_left_the_recorder_ends_with_the_recorders_word(item: Item) -> None:
    gone(item, LATER, reason="lifetime")
    assert (item.state, item.ending, item.destroyed_at) == ("destroyed", "recorder", LATER)
    assert words()[-2:] == ["item.destroyed", "copy.deleted"]
    assert item.public_id in last_entry().refs


def test_the_whole_way_of_a_copy(item: Item, manager: Person, clerk: Person) -> None:
    custody.seal_item(item=item, draft=seal(), actor=clerk, at=AT)
    custody.download(item=item, asker=asker(manager), at=AT)
    step = custody.hand_over(
        item=item, draft=HandOverDraft(receiver(), return_due_on=AT.date() + timedelta(days=9)), actor=clerk, at=LATER
    )
    entry = last_entry()
    assert (entry.act, entry.actor) == ("item.handed_over", clerk.public_id)
    told = entry.detail_fields
    assert (told["retriever_unit"], told["retriever_name"]) == ("江岸分局", "陈警官")
    assert "S-0001" in told["whereabouts"]
    assert "987650021" not in entry.detail
    assert "987650021" not in step.number_sealed
    assert masked_number(step) == "987****21"
    assert step.signature is not None
    assert step.signature.public_id in entry.refs
    custody.hand_on(item=item, unit="江岸区检察院", name="何检察官", note="移送起诉", actor=clerk, at=LATER)
    custody.take_back(
        item=item, by_name="何检察官", by_unit="江岸区检察院", seal_intact=True, draft=receiver(), actor=clerk, at=LATER
    )
    custody.order_destruction(item=item, ending="returned", note="", actor=manager, at=LATER)
    gone(item, LATER)
    assert item.state == "ending"
    custody.attest_destruction(
        item=item, draft=Attestation("光盘已剪碎，工作电脑上的文件已删除", ("赵见证", "钱见证")), actor=clerk, at=LATER
    )
    item.refresh_from_db()
    assert (item.state, item.destroyed_at) == ("destroyed", LATER)
    assert [step.act for step in item.steps.all()] == [
        "make", "seal", "download", "hand_over", "hand_on", "take_back", "destroy", "copy_gone", "attest", "finish",
    ]  # fmt: skip
    assert words()[-2:] == ["item.attested", "item.destroyed"]


def test_attested_first_it_waits_for_the_recorder(item: Item, manager: Person) -> None:
    brought_to("ending", item, manager)
    custody.attest_destruction(item=item, draft=Attestation("文件已删除"), actor=manager, at=AT)
    item.refresh_from_db()
    assert item.state == "ending"
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.update(state="destroyed", destroyed_at=AT)
    gone(item, LATER)
    assert (item.state, item.destroyed_at) == ("destroyed", LATER)


def test_a_recorder_that_knows_no_such_copy_proves_nothing(item: Item, manager: Person) -> None:
    custody.order_destruction(item=item, ending="mistaken", note="", actor=manager, at=AT)
    with pytest.raises(Conflict) as refused:
        custody.attest_destruction(item=item, draft=Attestation("没有"), actor=manager, at=AT)
    assert refused.value.code == "item.nothing_outside"
    custody.note_copy_unknown(item, LATER)
    item.refresh_from_db()
    assert item.state == "ending"
    custody.attest_destruction(item=item, draft=Attestation("旧录像机的硬盘已销毁"), actor=manager, at=LATER)
    item.refresh_from_db()
    assert (item.state, item.copy_deleted_at) == ("destroyed", None)


def test_two_hand_overs_at_once_are_one(item: Item, manager: Person, clerk: Person) -> None:
    brought_to("sealed", item, manager)
    custody.download(item=item, asker=asker(manager), at=AT)
    mine, yours = Item.objects.get(pk=item.pk), Item.objects.get(pk=item.pk)
    custody.hand_over(item=mine, draft=HandOverDraft(receiver()), actor=manager, at=AT)
    with pytest.raises(Conflict) as refused:
        custody.hand_over(item=yours, draft=HandOverDraft(receiver()), actor=clerk, at=AT)
    assert refused.value.code == "item.state"
    assert words().count("item.handed_over") == 1
    assert ItemStep.objects.filter(act="hand_over").count() == 1


def test_nothing_downloaded_is_nothing_to_hand_over(item: Item, manager: Person) -> None:
    brought_to("sealed", item, manager)
    with pytest.raises(Conflict) as refused:
        custody.hand_over(item=item, draft=HandOverDraft(receiver()), actor=manager, at=AT)
    assert refused.value.code == "item.nothing_downloaded"


@pytest.fixture
def second() -> Person:
    return make_person("second", "孙立", "manager")


def sealed_under_policy(item: Item, manager: Person) -> None:
    change_policy(key=PolicyKey.SECOND_HANDOVER, value=1, reason="移交须二人", actor=manager, at=AT)
    brought_to("sealed", item, manager)
    custody.download(item=item, asker=asker(manager), at=AT)


def hand_over(item: Item, manager: Person) -> ItemStep:
    return custody.hand_over(item=item, draft=HandOverDraft(receiver()), actor=manager, at=LATER)


def test_by_policy_another_person_approves_exactly_this(item: Item, manager: Person, second: Person) -> None:
    sealed_under_policy(item, manager)
    with pytest.raises(Conflict) as refused:
        hand_over(item, manager)
    assert refused.value.code == "item.approval"
    wish = custody.ask_handover_approval(item=item, actor=manager, at=AT)
    with pytest.raises(NotAllowed):
        approve(approval=wish, actor=manager, at=AT)
    with pytest.raises(Conflict):
        hand_over(item, manager)
    approve(approval=wish, actor=second, at=AT)
    step = hand_over(item, manager)
    assert step.approved_by == second.name
    assert wish.public_id in last_entry().refs
    assert last_entry().detail_fields["approved_by"] == second.name


def test_an_approval_that_was_taken_back_is_none(item: Item, manager: Person, second: Person) -> None:
    sealed_under_policy(item, manager)
    wish = custody.ask_handover_approval(item=item, actor=manager, at=AT)
    approve(approval=wish, actor=second, at=AT)
    withdraw_approval(approval=wish, actor=second, at=AT)
    with pytest.raises(Conflict) as refused:
        hand_over(item, manager)
    assert refused.value.code == "item.approval"
    item.refresh_from_db()
    assert item.state == "sealed"


def test_an_approval_does_not_fit_another_receiver(item: Item, manager: Person, second: Person) -> None:
    sealed_under_policy(item, manager)
    approve(approval=custody.ask_handover_approval(item=item, actor=manager, at=AT), actor=second, at=AT)
    custody.unseal_item(item=item, reason="接收人写错", actor=manager, at=AT)
    custody.seal_item(item=item, draft=seal(seal_number="S-0002", receiver_name="刘警官"), actor=manager, at=AT)
    with pytest.raises(Conflict) as refused:
        hand_over(item, manager)
    assert refused.value.code == "item.approval"


def test_witnesses_by_policy(item: Item, manager: Person) -> None:
    change_policy(key=PolicyKey.DESTROY_WITNESSES, value=2, reason="销毁须见证", actor=manager, at=AT)
    brought_to("ending", item, manager)
    for names in ((), ("赵见证",), ("赵见证", "赵见证"), ("赵见证", manager.name)):
        with pytest.raises(Invalid) as refused:
            custody.attest_destruction(item=item, draft=Attestation("剪碎", names), actor=manager, at=AT)
        assert refused.value.code == "item.witnesses"
    custody.attest_destruction(item=item, draft=Attestation("剪碎", ("赵见证", "钱见证")), actor=manager, at=AT)
    assert last_entry().detail_fields["witnesses"] == ["赵见证", "钱见证"]


def test_a_seal_is_used_once(item: Item, manager: Person) -> None:
    brought_to("sealed", item, manager)
    custody.unseal_item(item=item, reason="封条破损", actor=manager, at=AT)
    with pytest.raises(Invalid) as refused:
        custody.seal_item(item=item, draft=seal(), actor=manager, at=AT)
    assert refused.value.code == "item.seal_used"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medium": "tape"}, "item.medium"),
        ({"seal_number": " "}, "item.seal_number"),
        ({"receiver_name": ""}, "item.receiver"),
        ({"purpose": " \n"}, "item.purpose"),
        ({"receiver_unit": "x" * 201}, "text.long"),
    ],
)
def test_sealing_is_refused_with_a_reason(item: Item, manager: Person, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        custody.seal_item(item=item, draft=seal(**changes), actor=manager, at=AT)
    assert refused.value.code == code
    item.refresh_from_db()
    assert item.state == "waiting"


def test_what_goes_by_line_bears_no_seal(item: Item, manager: Person) -> None:
    custody.seal_item(item=item, draft=seal(medium="line", seal_number=""), actor=manager, at=AT)
    assert item.seal_number == ""


def test_nothing_is_handed_over_unsigned(item: Item, manager: Person) -> None:
    brought_to("sealed", item, manager)
    custody.download(item=item, asker=asker(manager), at=AT)
    unsigned = HandOverDraft(receiver(signature=None))
    with pytest.raises(Invalid) as refused:
        custody.hand_over(item=item, draft=unsigned, actor=manager, at=AT)
    assert refused.value.code == "item.signature"
    item.refresh_from_db()
    assert (item.state, item.handed_over_at) == ("sealed", None)
    custody.hand_over(
        item=item, draft=HandOverDraft(receiver(signature=None, signed_name="陈警官")), actor=manager, at=AT
    )
    assert item.steps.last().signed_name == "陈警官"


def test_a_broken_seal_wants_words(item: Item, manager: Person) -> None:
    brought_to("out", item, manager)
    back: dict[str, Any] = {"by_name": "陈警官", "by_unit": "", "seal_intact": False, "actor": manager, "at": AT}
    with pytest.raises(Invalid) as refused:
        custody.take_back(item=item, draft=receiver(), **back)
    assert refused.value.code == "item.seal_note"
    custody.take_back(item=item, draft=receiver(note="运输途中破损"), **back)
    assert last_entry().detail_fields["seal_intact"] is False


def test_who_waits_longer_is_said_why(item: Item, manager: Person) -> None:
    with pytest.raises(Invalid):
        custody.keep_longer(item=item, until=LATER, reason="x", actor=manager, at=AT)
    with pytest.raises(Invalid):
        custody.keep_longer(item=item, until=AT + timedelta(days=400), reason="x", actor=manager, at=AT)
    until = AT + timedelta(days=60)
    custody.keep_longer(item=item, until=until, reason="办案人员下月来取", actor=manager, at=AT)
    assert custody.expire_items(at=AT + timedelta(days=59)) == 0
    assert custody.expire_items(at=until) == 1


ACTS: list[Callable[[Item, Person], object]] = [
    lambda item, who: custody.seal_item(item=item, draft=seal(), actor=who, at=AT),
    lambda item, who: custody.unseal_item(item=item, reason="x", actor=who, at=AT),
    lambda item, who: custody.keep_longer(item=item, until=AT + timedelta(days=60), reason="x", actor=who, at=AT),
    lambda item, who: custody.ask_handover_approval(item=item, actor=who, at=AT),
    lambda item, who: custody.hand_over(item=item, draft=HandOverDraft(receiver()), actor=who, at=AT),
    lambda item, who: custody.hand_on(item=item, unit="", name="x", note="x", actor=who, at=AT),
    lambda item, who: custody.take_back(
        item=item, by_name="x", by_unit="", seal_intact=True, draft=receiver(), actor=who, at=AT
    ),
    lambda item, who: custody.order_destruction(item=item, ending="done", note="", actor=who, at=AT),
    lambda item, who: custody.attest_destruction(item=item, draft=Attestation("x"), actor=who, at=AT),
    lambda item, who: custody.download(item=item, asker=asker(who), at=AT),
]


@pytest.mark.parametrize("role", ["guard", "outsider"])
def test_others_do_none_of_it_and_see_none(item: Item, role: str, request: pytest.FixtureRequest) -> None:
    person, before = request.getfixturevalue(role), words()
    for act in ACTS:
        with pytest.raises(NotAllowed):
            act(item, person)
    with pytest.raises(NotAllowed):
        item_for(viewer=person, public_id=item.public_id)
    assert not found_copies(viewer=person, wanted=CopySearch()).exists()
    assert found_by_hash(viewer=person, sha256=MANIFEST) == []
    item.refresh_from_db()
    assert (item.state, words()) == ("waiting", before)


def test_an_auditor_sees_and_changes_nothing(item: Item) -> None:
    auditor = make_person("auditor", "何清", "auditor")
    assert item_for(viewer=auditor, public_id=item.public_id) == item
    for act in ACTS:
        with pytest.raises(NotAllowed):
            act(item, auditor)


def test_a_copy_is_found_by_the_hash_of_its_manifest_or_a_film(item: Item, manager: Person) -> None:
    assert found_by_hash(viewer=manager, sha256=MANIFEST.upper()) == [(item, "")]
    assert found_by_hash(viewer=manager, sha256=f" {FILM[:32]} {FILM[32:]}\n") == [(item, "东门 1.mp4")]
    assert found_by_hash(viewer=manager, sha256="00" * 32) == []
    for wrong in ("", "ab", "zz" * 32, MANIFEST + "0", "é" * 64):
        with pytest.raises(Invalid):
            found_by_hash(viewer=manager, sha256=wrong)


def test_the_list_finds_by_state_receiver_seal_and_request(item: Item, ordered: Viewing, manager: Person) -> None:
    brought_to("sealed", item, manager)
    order_export(asker=asker(manager), camera=ordered.cameras.get(), span=SPAN, at=AT)

    def found(**wanted: Any) -> list[str]:
        return [export.state for export in found_copies(viewer=manager, wanted=CopySearch(**wanted))]

    assert found() == ["ordered", "done"]
    assert found(state="sealed") == found(text="陈警") == found(text="S-0001") == found(text=item.public_id) == ["done"]
    assert found(state="ordered") == ["ordered"]
    assert found(state="out") == found(text="无此人") == []


def test_a_closed_order_does_not_hinder_the_end(item: Item, ordered: Viewing, manager: Person) -> None:
    close_viewing(viewing=ordered, actor=manager, at=AT)
    custody.order_destruction(item=item, ending="other", note="重复制作", actor=manager, at=AT)
    assert item.state == "ending"


def test_another_reason_is_described(item: Item, manager: Person) -> None:
    for ending, code in (("other", "item.reason"), ("unclaimed", "item.ending"), ("", "item.ending")):
        with pytest.raises(Invalid) as refused:
            custody.order_destruction(item=item, ending=ending, note=" ", actor=manager, at=AT)
        assert refused.value.code == code
