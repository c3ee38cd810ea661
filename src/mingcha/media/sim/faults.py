"""Misbehaviour on request: what a URL query or ``--fault`` may ask of a simulated camera.

One table serves parser, ``mingcha sim --help`` and docs/ref/sim.md. Seconds count from the answer to PLAY, except where
said; all chance comes from `seed`, so that the same URL misbehaves in the same way each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from mingcha.base.errors import Invalid


@dataclass(frozen=True, slots=True)
class Faults:
    """None, 0 or the default mean: behaves. Names are the query's names."""

    seed: int = field(default=1, metadata={"meaning": "Seed of all chance: losses, sequence numbers, SSRC."})
    # The connection
    drop: float | None = field(default=None, metadata={"meaning": "Closes the connection after so many seconds."})
    reset: float | None = field(default=None, metadata={"meaning": "The same by TCP reset."})
    half_open: float | None = field(
        default=None,
        metadata={"meaning": "After so many seconds neither sends, answers nor reads, but stays connected."},
    )
    slow: float = field(default=0, metadata={"meaning": "Each RTSP answer comes so many seconds late."})
    expire: float | None = field(
        default=None, metadata={"meaning": "Session time-out in seconds, enforced: without keep-alive it is closed."}
    )
    # The answers
    silence: bool = field(default=False, metadata={"meaning": "Answers 200 to PLAY, then sends nothing."})
    unauthorised: float | None = field(
        default=None, metadata={"meaning": "After so many seconds closes, and answers 401 from then on (0: at once)."}
    )
    redirect: int = field(
        default=0, metadata={"meaning": "Answers DESCRIBE so many times with 302 to another address."}
    )
    html: bool = field(default=False, metadata={"meaning": "Answers with a web page."})
    truncate: bool = field(default=False, metadata={"meaning": "Closes in the middle of the answer to DESCRIBE."})
    codec: str = field(
        default="", metadata={"meaning": "Announces this encoding name (such as JPEG) instead of its own."}
    )
    sets: str = field(
        default="both", metadata={"meaning": "Where parameter sets are: both, sdp (only there) or band (only there)."}
    )
    aggregate: bool = field(default=False, metadata={"meaning": "Parameter sets in one packet (STAP-A, AP)."})
    control: str = field(
        default="relative", metadata={"meaning": "Form of the control address in the SDP: relative, absolute or query."}
    )
    # The pictures
    start: str = field(
        default="", metadata={"meaning": "Begin with: first (picture of the loop), key (next key frame) or now."}
    )
    stall: float | None = field(
        default=None, metadata={"meaning": "After so many seconds sends no more; RTSP answers."}
    )
    stall_s: float | None = field(default=None, metadata={"meaning": "The stall ends after so many seconds."})
    burst: float | None = field(default=None, metadata={"meaning": "After so many seconds holds frames back ..."})
    burst_s: float = field(default=5, metadata={"meaning": "... for so long, then sends them all at once."})
    keyless: float | None = field(default=None, metadata={"meaning": "After so many seconds sends no key frames."})
    switch: float | None = field(
        default=None, metadata={"meaning": "After so many seconds changes in-band to the camera's other stream."}
    )
    corrupt: float = field(
        default=0, metadata={"meaning": "Share of packets (0 to 1) with wrong bytes in the NAL unit."}
    )
    garbage: float | None = field(
        default=None, metadata={"meaning": "After so many seconds puts bytes between packets that are not RTSP."}
    )
    # RTP
    jump: float | None = field(default=None, metadata={"meaning": "After so many seconds RTP time stamps jump ..."})
    jump_s: float = field(default=3600, metadata={"meaning": "... by so many seconds, forward or (negative) back."})
    wrap: float | None = field(default=None, metadata={"meaning": "RTP time stamps wrap round after so many seconds."})
    sequence: int | None = field(default=None, metadata={"meaning": "First sequence number (0 to 65535)."})
    drift: float = field(default=0, metadata={"meaning": "The camera's clock is fast by so many millionths."})
    loss: float = field(default=0, metadata={"meaning": "Share of packets (0 to 1) that is lost."})
    reorder: int = field(default=0, metadata={"meaning": "Packets are shuffled within so many (UDP)."})
    transport: str = field(default="both", metadata={"meaning": "Transports it agrees to: both, tcp or udp."})
    # Not a fault, but asked for in the same way
    pace: float = field(
        default=-1, metadata={"meaning": "Microseconds between packets of a frame; 0 at once, -1 as the server is set."}
    )

    @property
    def is_lossy(self) -> bool:
        """Whether packets must be looked at one by one."""
        return self.loss > 0 or self.corrupt > 0 or self.reorder > 0


_CHOICES: dict[str, tuple[str, ...]] = {
    "sets": ("both", "sdp", "band"),
    "control": ("relative", "absolute", "query"),
    "start": ("", "first", "key", "now"),
    "transport": ("both", "tcp", "udp"),
}
_KINDS: dict[str, str] = {item.name: str(item.type) for item in fields(Faults)}


def meanings() -> tuple[tuple[str, str], ...]:
    """Name and English meaning of every fault, in the order of the table."""
    return tuple((item.name, str(item.metadata["meaning"])) for item in fields(Faults))


def parse_faults(given: Mapping[str, object]) -> Faults:
    """Faults by name, values as text or typed. Raises Invalid (``sim.fault``) naming what is wrong."""
    values: dict[str, object] = {}
    for name, value in given.items():
        if name not in _KINDS:
            known = ", ".join(_KINDS)
            raise Invalid("sim.fault", f"{name!r} is nothing a simulated camera can do; it can: {known}.", fault=name)
        values[name] = _convert(name, value)
    return Faults(**values)  # type: ignore[arg-type]


def _convert(name: str, value: object) -> object:
    kind = _KINDS[name]
    text = str(value)
    try:
        if kind.startswith("bool"):
            if text.lower() not in ("", "0", "1", "true", "false"):
                raise ValueError(text)
            return text.lower() not in ("0", "false")
        if kind.startswith("int"):
            return int(text)
        if kind.startswith("float"):
            return float(text)
    except ValueError as error:
        raise Invalid("sim.fault", f"{name}={text}: a number is wanted here.", fault=name) from error
    if name in _CHOICES and text not in _CHOICES[name]:
        raise Invalid("sim.fault", f"{name}={text}: one of {', '.join(_CHOICES[name])} is wanted here.", fault=name)
    return text
