"""The control API's client, against a real socket."""

from __future__ import annotations

import pytest

from mingcha.base.errors import Invalid, Unavailable
from mingcha.gateway.client import ControlClient
from mingcha.wire.facts import Fact
from mingcha.wire.plan import Plan
from tests.gateway.recorder import FakeRecorder


def test_orders_arrive_as_they_were_given(recorder: FakeRecorder) -> None:
    client = recorder.client()
    client.put_plan(Plan(7, ()))
    client.revoke(["grt_a", "grt_b"])
    assert recorder.asked[0][:2] == ("PUT", "/control/plan")
    assert recorder.told("/control/plan")[0]["version"] == 7
    assert recorder.told("/control/revocations") == [{"grants": ["grt_a", "grt_b"]}]


def test_facts_are_read_with_their_numbers(recorder: FakeRecorder) -> None:
    recorder.facts = [Fact("fct_1", "recorder.started", 1, sequence=4), Fact("fct_2", "gap.closed", 2, sequence=5)]
    found, highest = recorder.client().facts()
    assert [fact.fact for fact in found] == ["fct_1", "fct_2"]
    assert highest == 5


def test_a_fact_of_a_later_version_does_not_stop_the_others(recorder: FakeRecorder) -> None:
    text = (
        b'{"facts": [{"format": "mingcha.fact/9", "sequence": 1}, {"format": "mingcha.fact/1", "fact": "fct_2", "kind":'
    )
    recorder.failure = (200, text + b' "recorder.started", "at_us": 1, "camera": "", "detail": {}, "sequence": 2}]}')
    found, highest = recorder.client().facts()
    assert [fact.fact for fact in found] == ["fct_2"]
    assert highest == 2


def test_a_probe_that_fails_raises_the_recorders_code(recorder: FakeRecorder) -> None:
    recorder.probe_answer = {"ok": False, "code": "camera.refused", "message": "no"}
    with pytest.raises(Unavailable) as caught:
        recorder.client().probe(url="rtsp://x", username="", password="")
    assert caught.value.code == "camera.refused"


def test_a_wrong_token_is_said(recorder: FakeRecorder) -> None:
    with pytest.raises(Invalid) as caught:
        ControlClient("127.0.0.1", recorder.port, lambda: "wrong").status()
    assert caught.value.code == "control.token"


@pytest.mark.parametrize("failure", [(500, b""), (503, b"<html>"), (200, b"<html>"), (502, b'{"error": "x"}')])
def test_a_broken_recorder_is_unavailable(recorder: FakeRecorder, failure: tuple[int, bytes]) -> None:
    recorder.failure = failure
    with pytest.raises(Unavailable):
        recorder.client().status()


def test_a_recorder_that_is_away_is_unavailable(recorder: FakeRecorder) -> None:
    with pytest.raises(Unavailable) as caught:
        ControlClient("127.0.0.1", 1, lambda: "x").status()
    assert caught.value.code == "control.unavailable"
