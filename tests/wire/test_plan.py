"""The recording plan as a message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.wire.plan import CameraOrder, Plan, RetentionOrder, StreamOrder, dump, load

GOLDEN = (Path(__file__).parent / "golden/plan-1.json").read_bytes().strip()

ids = st.text(alphabet="0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16).map(lambda text: "cam_" + text)
streams = st.builds(
    StreamOrder,
    role=st.sampled_from(["main", "sub"]),
    url=st.sampled_from(["rtsp://192.0.2.1/a", "rtsps://[2001:db8::1]:322/x?y=@"]),
    credentials=st.text(max_size=20),
    transport=st.sampled_from(["tcp", "udp"]),
    engine=st.sampled_from(["native", "pyav"]),
    record=st.booleans(),
)
rules = st.builds(
    lambda floor, more, **rest: RetentionOrder(floor, None if more is None else floor + more, **rest),
    floor=st.integers(min_value=0, max_value=10**9),
    more=st.none() | st.integers(min_value=0, max_value=10**9),
    make_room=st.booleans(),
    ground=st.lists(st.text(max_size=20), max_size=2).map(tuple),
    law_version=st.text(max_size=8),
)
cameras = st.builds(
    CameraOrder,
    camera=ids,
    name=st.text(max_size=200),
    streams=st.lists(streams, max_size=2, unique_by=lambda stream: stream.role).map(tuple),
    audio_reason=st.text(max_size=20),
    retention=st.none() | rules,
    budget_bytes=st.none() | st.integers(min_value=0, max_value=1 << 50),
    control_url=st.sampled_from(["", "http://192.0.2.1/onvif/device_service", "https://[2001:db8::1]/x"]),
)
plans = st.builds(
    Plan,
    version=st.integers(min_value=0),
    cameras=st.lists(cameras, max_size=4, unique_by=lambda order: order.camera).map(tuple),
)


def test_the_first_format_still_reads_and_writes_the_same() -> None:
    plan = load(GOLDEN)
    assert plan.version == 17
    assert plan.cameras[0].streams[1].transport == "udp"
    assert plan.cameras[1].audio_reason == "窗口服务纠纷处置"
    assert dump(plan) == GOLDEN


@given(plans)
def test_a_plan_survives_the_wire(plan: Plan) -> None:
    assert load(dump(plan)) == plan


def changed(**changes: Any) -> bytes:
    """The golden plan with top-level keys changed; None removes."""
    raw = {**json.loads(GOLDEN), **changes}
    return json.dumps({key: value for key, value in raw.items() if value is not None}).encode()


def with_camera(**changes: Any) -> bytes:
    camera = {**json.loads(GOLDEN)["cameras"][0], **changes}
    return changed(cameras=[camera])


def with_stream(**changes: Any) -> bytes:
    stream = {**json.loads(GOLDEN)["cameras"][0]["streams"][0], **changes}
    return with_camera(streams=[stream])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "plan.not_json"),
        (b"\xff\xfe", "plan.not_json"),
        (b"[]", "plan.format"),
        (changed(format="mingcha.plan/2"), "plan.format"),
        (changed(format=None), "plan.format"),
        (changed(version=None), "plan.field"),
        (changed(cameras=None), "plan.field"),
        (changed(cameras=3), "plan.field"),
        (changed(colour="red"), "plan.field"),
        (with_camera(camera="../../etc"), "plan.camera_id"),
        (with_camera(colour="red"), "plan.field"),
        (changed(cameras=json.loads(GOLDEN)["cameras"][:1] * 2), "plan.twice"),
        (with_camera(streams=json.loads(GOLDEN)["cameras"][0]["streams"][:1] * 2), "plan.role_twice"),
        (with_camera(budget_bytes=-1), "plan.field"),
        (with_camera(budget_bytes=True), "plan.field"),
        (with_camera(budget_bytes="much"), "plan.field"),
        (with_camera(control_url="ftp://192.0.2.1/"), "plan.field"),
        (with_camera(control_url="http://admin:12345@192.0.2.1/"), "plan.credentials"),
        (with_stream(role="third"), "plan.field"),
        (with_stream(transport="sctp"), "plan.field"),
        (with_stream(engine="gst"), "plan.field"),
        (with_stream(url="rtsp://admin:12345@192.0.2.7/"), "plan.credentials"),
    ],
)
def test_a_wrong_plan_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        load(data)
    assert caught.value.code == code
    assert "12345" not in str(caught.value)


RULE = {"floor_s": 2, "ceiling_s": 3, "make_room": False, "ground": ["cn-2025-799 17"], "law_version": "x"}


@pytest.mark.parametrize(
    "change",
    [
        {"floor_s": 4},
        {"floor_s": -1},
        {"floor_s": True},
        {"ceiling_s": 2.5},
        {"make_room": 1},
        {"ground": [17]},
    ],
)
def test_a_rule_of_keeping_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        load(with_camera(retention={**RULE, **change}))
    assert caught.value.code == "plan.retention"


def test_a_rule_of_keeping_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        load(with_camera(retention={**RULE, "soft": True}))
    assert caught.value.code == "plan.field"
