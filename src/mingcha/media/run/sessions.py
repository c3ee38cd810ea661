"""Opens the session that an order asks for: own client or PyAV, with the unsealed credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mingcha.base.clock import Clock
from mingcha.base.errors import Invalid
from mingcha.base.seal import Sealer
from mingcha.media.ingest.camera import SessionLike
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import Source, parse_url
from mingcha.media.units import UnitSink
from mingcha.wire.plan import CameraOrder, StreamOrder


class SessionMaker:
    """Credentials are unsealed for each attempt and kept nowhere else."""

    def __init__(self, poller: Poller, clock: Clock, sealer: Sealer) -> None:
        self._poller = poller
        self._clock = clock
        self._sealer = sealer

    def make(self, camera: CameraOrder, order: StreamOrder, sink: UnitSink) -> SessionLike:
        """Raises Invalid for an unusable address, Corrupt for credentials sealed by another key."""
        username, password = "", ""
        if order.credentials:
            username, _, password = self._sealer.open(order.credentials, camera.camera).partition(":")
        source = replace(
            parse_url(order.url),
            username=username,
            password=password,
            transport=order.transport,
            audio=bool(camera.audio_reason),
        )
        return self._of_engine(order.engine, source, sink)

    def make_for_probe(self, asked: dict[str, Any], sink: UnitSink) -> SessionLike:
        """For ``POST /control/probe``: `url`, `username`, `password`, `transport`, `engine`. Raises Invalid."""
        fields = {name: asked.get(name, "") for name in ("url", "username", "password", "transport", "engine")}
        if not all(isinstance(value, str) for value in fields.values()):
            raise Invalid("probe.field", "The fields of a connection test are texts.")
        source = parse_url(fields["url"])
        if fields["username"]:
            source = replace(source, username=fields["username"], password=fields["password"])
        if fields["transport"] == "udp":
            source = replace(source, transport="udp")
        return self._of_engine(fields["engine"] or "native", source, sink)

    def _of_engine(self, engine: str, source: Source, sink: UnitSink) -> SessionLike:
        if engine == "pyav":
            from mingcha.media.container.avsource import AvSource  # 12 MB that most recorders need not load

            return AvSource(source, sink, self._clock)
        return Session(source, sink, self._poller, self._clock)
