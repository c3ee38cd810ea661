"""What is fuzzed: functions that take any bytes and must neither raise, nor hang, nor grow. `benchmarks/fuzz_rtsp.py`
looks for bytes that break them; `test_corpus.py` replays the kept ones."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mingcha.base.clock import ManualClock
from mingcha.base.errors import Invalid
from mingcha.media.rtsp import auth, locate, messages, rtcp, sdp, sps_h264, sps_h265
from mingcha.media.rtsp.audio import AudioTrack, audio_format
from mingcha.media.rtsp.connection import Connection
from mingcha.media.rtsp.poller import BUFFER_BYTES
from mingcha.media.rtsp.reorder import Reorder
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import Address, Source, SourceError, parse_url
from mingcha.media.rtsp.video import SharedState, VideoTrack
from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat

CORPUS: Final = Path(__file__).with_name("corpus")
SPLIT: Final = b"\x1e"  # between two answers of a conversation; the last piece is sent on without being asked
NUMBER: Final = b"{CSEQ}"  # stands for the number of the request that is answered


class Careful:
    """A sink that looks at everything it is given."""

    def __init__(self) -> None:
        self.formats = 0
        self.units = 0

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        assert 0 < video.width <= 16384
        assert 0 < video.height <= 16384
        assert video.sps
        assert video.pps
        self.formats += 1

    def on_unit(self, unit: AccessUnit) -> None:
        assert self.formats
        assert unit.pts >= 0
        assert unit.payload
        self.units += 1
        at = 0
        while at < len(unit.payload) and not unit.is_audio:
            at += 4 + struct.unpack_from(">I", unit.payload, at)[0]
        assert unit.is_audio or at == len(unit.payload)

    def on_loss(self, reason: str, detail: str) -> None:
        assert reason in ("packets_lost", "timestamp_jump", "bad_data")
        assert len(detail) < 200


class Stage:
    """Poller and socket in one: plays a conversation's answers."""

    def __init__(self, script: bytes) -> None:
        self.buffer = bytearray(BUFFER_BYTES)
        self.view = memoryview(self.buffer)
        self.answers = script.split(SPLIT)
        self.ready = b""
        self.callback: Callable[[], None] | None = None
        self.sent = 0

    def add(self, sock: object, callback: Callable[[], None]) -> None:
        self.callback = callback

    def remove(self, sock: object) -> None:
        self.callback = None

    def send(self, data: bytearray) -> int:
        self.sent += 1
        number = bytes(data).partition(b"CSeq: ")[2].partition(b"\r")[0]
        if self.answers:
            self.ready += self.answers.pop(0).replace(NUMBER, number)
        if len(self.answers) == 1:
            self.ready += self.answers.pop(0)
        asyncio.get_running_loop().call_soon(self.turn)
        return len(data)

    def turn(self) -> None:
        if self.callback is not None:
            self.callback()

    def recv_into(self, view: memoryview) -> int:
        step = min(len(view), len(self.ready), 1 + len(self.ready) * 2 // 3)
        if not step:
            if self.answers:
                asyncio.get_running_loop().call_later(0.002, self.unasked)
                raise BlockingIOError
            return 0
        view[:step] = self.ready[:step]
        self.ready = self.ready[step:]
        asyncio.get_running_loop().call_soon(self.turn)
        return step

    def unasked(self) -> None:
        """The client waits and asks for nothing: what is next is sent all the same."""
        if not self.ready and self.answers:
            self.ready = self.answers.pop(0)
        self.turn()

    def shutdown(self, how: int) -> None:
        """Nothing to shut down here."""

    def close(self) -> None:
        self.callback = None


async def _converse(script: bytes) -> None:
    stage = Stage(script)

    async def connect(self: Connection, address: Address, certificate_sha256: str = "") -> None:
        self._socket = stage  # type: ignore[assignment]
        stage.callback = self._readable

    real, Connection.connect = Connection.connect, connect  # type: ignore[method-assign]
    source = Source("rtsp://camera/", "guard", "secret", audio=True, open_timeout_s=5)
    sink = Careful()
    session = Session(source, sink, stage, ManualClock())  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(0.5):
            await session.open()
            await session.run()
    except (SourceError, TimeoutError):
        pass
    finally:
        stage.answers, stage.ready = [], b""
        await session.close()
        Connection.connect = real  # type: ignore[method-assign]
    assert stage.sent < 200


def conversation(data: bytes) -> None:
    """All of a camera's side of a TCP connection."""
    asyncio.run(_converse(data))


def packets(data: bytes) -> None:
    """RTP over UDP: the first byte chooses the codec, then packets each behind two bytes of size."""
    shared = SharedState(Careful())
    h265 = bool(data[:1]) and data[0] & 1 == 1
    track = VideoTrack("h265" if h265 else "h264", 256, shared, donl=bool(data[:1]) and data[0] & 2 == 2)
    reorder = Reorder(track.assembler.deliver)
    at = 1
    while at + 2 <= len(data):
        size = data[at] << 8 | data[at + 1]
        packet = bytearray(data[at + 2 : at + 2 + size])
        shared.time.now_us += 20_000
        reorder.take(packet, memoryview(packet), len(packet), shared.time.now_us)
        at += 2 + size
    track.flush()


def sound(data: bytes) -> None:
    """RTP of AAC and G.711 packets, each behind one byte of size."""
    for fmtp in (b"a=rtpmap:97 MPEG4-GENERIC/16000\r\na=fmtp:97 mode=AAC-hbr;config=1408", b"a=rtpmap:97 PCMU/8000"):
        media = sdp.parse(b"v=0\r\nm=audio 0 RTP/AVP 97\r\n" + fmtp + b"\r\n").media[0]
        sink = Careful()
        sink.formats = 1
        shared = SharedState(sink)
        shared.formatted = True
        form = audio_format(media)
        assert form is not None
        track = AudioTrack(media, form, shared)
        at = 0
        while at < len(data):
            track.packet(data[at + 1 : at + 1 + data[at]])
            at += 1 + data[at]


def words(data: bytes) -> None:
    """Everything that is text, and RTCP."""
    text = data.decode("utf-8", "replace")
    for parse in (messages.parse, sdp.parse):
        try:
            parse(data)  # type: ignore[operator]
        except ValueError:
            pass
    try:
        for media in sdp.parse(data).media:
            audio_format(media)
            media.base64_list("sprop-parameter-sets")
    except ValueError:
        pass
    challenge = auth.choose([text])
    if challenge is not None:
        authenticator = auth.Authenticator("guard", "secret")
        authenticator.take(challenge)
        assert authenticator.header("PLAY", "rtsp://camera/")
    locate.control_url(locate.base_url("rtsp://camera/live", text, text), text)
    for url in (text, "rtsp://" + text):
        try:
            parse_url(url)
        except Invalid:
            pass
    rtcp.parse(data)


def parameter_sets(data: bytes) -> None:
    """SPS and PPS of both codecs."""
    for parse in (sps_h264.parse_sps, sps_h265.parse_sps, sps_h264.parse_pps_id, sps_h265.parse_pps_id):
        for head in (b"", b"\x67", b"\x42\x01"):
            try:
                parse(head + data)
            except ValueError:
                pass


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "conversation": conversation,
    "packets": packets,
    "sound": sound,
    "words": words,
    "parameter_sets": parameter_sets,
}
