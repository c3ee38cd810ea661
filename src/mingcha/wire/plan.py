"""The order that says what to record. The office writes it, the media plane reconciles to it; the newest wins.

JSON, `version` rising; unknown keys are errors. Credentials never stand in `url`: they are sealed in
`credentials` by the node key (`mingcha.base.seal`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from mingcha.base.errors import Invalid
from mingcha.base.ids import is_id

FORMAT = "mingcha.plan/1"
StreamRole = Literal["main", "sub"]
Transport = Literal["tcp", "udp"]
Engine = Literal["native", "pyav"]


@dataclass(frozen=True, slots=True)
class StreamOrder:
    """`url`: rtsp:// or rtsps:// without user and password. `credentials`: sealed ``user:password`` or empty. The
    main stream is recorded; the sub stream is only shown, unless `record`."""

    role: StreamRole
    url: str
    credentials: str = ""
    transport: Transport = "tcp"
    engine: Engine = "native"
    record: bool = True


@dataclass(frozen=True, slots=True)
class RetentionOrder:
    """How long what is recorded from now on is kept, counted from the end of each segment. Never shorter than
    `floor_s`; deleted when `ceiling_s` is over (None: only to make room, and only if `make_room`). `ground`: the
    provisions, such as ``cn-2025-799 17``; `law_version`: digest of the law data that was asked."""

    floor_s: int
    ceiling_s: int | None
    make_room: bool
    ground: tuple[str, ...]
    law_version: str


@dataclass(frozen=True, slots=True)
class CameraOrder:
    """`name` is for messages and file names of copies only. `audio_reason`: audio is recorded when, and only when,
    this is not empty. `retention`: None leaves the rule as it was; without any, nothing is ever deleted. `control_url`:
    http:// or https:// of the ONVIF service by which the camera is turned, empty where it cannot be; its credentials
    are those of the streams. `budget_bytes`: above so much its footage past the floor makes room."""

    camera: str
    name: str
    streams: tuple[StreamOrder, ...]
    audio_reason: str = ""
    retention: RetentionOrder | None = None
    control_url: str = ""
    budget_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    version: int
    cameras: tuple[CameraOrder, ...]


def dump(plan: Plan) -> bytes:
    """Canonical JSON of a plan."""
    message = {"format": FORMAT, **asdict(plan)}
    for camera in message["cameras"]:
        if camera["retention"] is None:
            del camera["retention"]
        if camera["budget_bytes"] is None:
            del camera["budget_bytes"]
        if not camera["control_url"]:
            del camera["control_url"]
    return json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def load(data: bytes) -> Plan:
    """The plan in `data`; raises Invalid naming the field."""
    try:
        raw = json.loads(data)
    except ValueError as error:
        raise Invalid("plan.not_json", "The recording plan is not JSON.") from error
    if not isinstance(raw, dict) or raw.pop("format", None) != FORMAT:
        raise Invalid("plan.format", f"The recording plan is not of format {FORMAT}.")
    try:
        cameras = tuple(_camera(item) for item in raw.pop("cameras"))
        plan = Plan(**raw, cameras=cameras)
    except (KeyError, TypeError) as error:
        raise Invalid("plan.field", f"The recording plan has a missing or unknown field: {error}.") from error
    ids = [order.camera for order in cameras]
    if len(set(ids)) != len(ids):
        raise Invalid("plan.twice", "The recording plan names a camera twice.")
    return plan


def _camera(raw: dict[str, Any]) -> CameraOrder:
    fields = {**raw, "streams": tuple(_stream(item) for item in raw["streams"])}
    if fields.get("retention") is not None:
        fields["retention"] = _retention(fields["retention"])
    order = CameraOrder(**fields)
    if not is_id(order.camera, "cam"):
        raise Invalid("plan.camera_id", "The recording plan has a camera id that is not well formed.")
    if sorted({stream.role for stream in order.streams}) != sorted(stream.role for stream in order.streams):
        raise Invalid("plan.role_twice", "A camera has two streams of the same role.")
    budget = order.budget_bytes
    if budget is not None and (type(budget) is not int or budget < 0):
        raise Invalid("plan.field", "The recording plan has a budget that is no number of bytes.")
    if order.control_url and urlsplit(order.control_url).scheme not in ("http", "https"):
        raise Invalid("plan.field", "The recording plan has an address for turning a camera that is none.")
    if "@" in urlsplit(order.control_url).netloc:
        raise Invalid("plan.credentials", "An address in the plan holds a password; it must be sealed.")
    return order


def _retention(raw: dict[str, Any]) -> RetentionOrder:
    order = RetentionOrder(**{**raw, "ground": tuple(raw["ground"])})
    whole = [order.floor_s] if order.ceiling_s is None else [order.floor_s, order.ceiling_s]
    if not all(type(seconds) is int and seconds >= 0 for seconds in whole) or whole != sorted(whole):
        raise Invalid("plan.retention", "A rule of keeping in the plan has a floor or a ceiling that cannot be.")
    if type(order.make_room) is not bool or not all(isinstance(text, str) for text in order.ground):
        raise Invalid("plan.retention", "A rule of keeping in the plan has a field of the wrong kind.")
    return order


def _stream(raw: dict[str, Any]) -> StreamOrder:
    stream = StreamOrder(**raw)
    for value, allowed in (
        (stream.role, get_args(StreamRole)),
        (stream.transport, get_args(Transport)),
        (stream.engine, get_args(Engine)),
    ):
        if value not in allowed:
            raise Invalid("plan.field", f"The recording plan has {value!r} where one of {allowed} is meant.")
    if "@" in urlsplit(stream.url).netloc:
        raise Invalid("plan.credentials", "A stream address in the plan holds a password; it must be sealed.")
    return stream
