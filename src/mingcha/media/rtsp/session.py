"""One RTSP conversation with a camera, from connect to its end (RFC 2326)."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from typing import Final, NoReturn

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Invalid
from mingcha.media.rtsp import locate, rtcp
from mingcha.media.rtsp.audio import AudioTrack, audio_format
from mingcha.media.rtsp.auth import Authenticator
from mingcha.media.rtsp.connection import Connection
from mingcha.media.rtsp.hot import NOT_A_CHANNEL
from mingcha.media.rtsp.messages import Message
from mingcha.media.rtsp.negotiation import VIDEO_CODECS, Described, Negotiation, Redirected, choose_audio, choose_video
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.reorder import Deliver
from mingcha.media.rtsp.requests import Requests
from mingcha.media.rtsp.sdp import Media
from mingcha.media.rtsp.source import Address, Source, SourceError, parse_address
from mingcha.media.rtsp.udp import UdpTrack
from mingcha.media.rtsp.video import SharedState, VideoTrack
from mingcha.media.units import AudioFormat, UnitSink, VideoFormat

log = logging.getLogger(__name__)

MAX_REDIRECTS: Final = 5
MAX_KEEPALIVE_S: Final = 30.0
KEEPALIVE_ANSWER_S: Final = 10.0
NO_FORMAT_S: Final = 30.0  # longest wait for parameter sets in the stream
GOODBYE_S: Final = 0.5
WATCH_S: Final = 1.0


class Session:
    """`open`, then `run`, then `close`; a session is used once. Pictures may reach the sink before `open` returns,
    since cameras send before they answer PLAY."""

    def __init__(self, source: Source, sink: UnitSink, poller: Poller, clock: Clock) -> None:
        self._source = source
        self._poller = poller
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._shared = SharedState(sink)
        self._authenticator = Authenticator(source.username, source.password)
        self._connection = Connection(poller, clock, self)
        self._requests = Requests(self._connection.send, self._authenticator)
        self._negotiation = Negotiation(self._requests)
        self._url = ""  # of the whole session
        self._video: VideoTrack | None = None
        self._audio: AudioTrack | None = None
        self._audio_channel = -1
        self._udp: list[UdpTrack] = []
        self._ended: asyncio.Future[SourceError] = self._loop.create_future()
        self._watch_timer: asyncio.TimerHandle | None = None
        self._keepalive: asyncio.Task[None] | None = None
        self._keepalive_methods: list[str] = []
        self._keepalive_due_us = 0
        self._playing_us = 0
        self._deaf = False  # what still comes is not for the sink

    async def open(self) -> tuple[VideoFormat | None, AudioFormat | None]:
        """From the name look-up to the answer to PLAY. The picture format is None when its parameter sets come in the
        stream only. Raises SourceError; whatever was opened is then freed."""
        try:
            async with asyncio.timeout(self._source.open_timeout_s):
                await self._open()
        except TimeoutError as error:
            self._free()
            raise SourceError(
                "camera.timeout", "The camera does not answer. Check power, cable, address and port."
            ) from error
        except BaseException:
            self._free()
            raise
        self._playing_us = self._clock.mono_us()
        self._keepalive_due_us = self._playing_us + self._keepalive_us()
        self._watch()
        return self._video.format if self._video else None, self._shared.audio

    async def run(self) -> NoReturn:
        """Wait for the end of the session; raises SourceError with its reason."""
        raise await asyncio.shield(self._ended)

    async def close(self) -> None:
        """TEARDOWN as far as the camera takes it, and everything freed. From here on nothing reaches the sink. May be
        called at any time, and twice."""
        self._deaf = True
        if self._requests.session_id and self._connection.is_open:
            try:
                async with asyncio.timeout(GOODBYE_S):
                    goodbye = self._requests.start("TEARDOWN", self._url, {})
                    self._connection.shut()
                    await goodbye
            except (SourceError, TimeoutError):
                pass
        self._free()

    # What the connection tells.

    def reading(self, now_us: int) -> None:
        self._shared.time.now_us = now_us

    def video(self, buffer: bytearray, view: memoryview, position: int, end: int) -> int:
        if self._video is None or self._deaf:
            return position
        return self._video.assembler.feed(buffer, view, position, end)

    def frame(self, channel: int, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        if self._deaf or self._video is None:
            return
        if channel == self._video.channel:
            self._video.assembler.packet(buffer, view, start, stop)
        elif channel == self._audio_channel and self._audio is not None:
            self._audio.packet(bytes(view[start:stop]))
        elif channel == self._video.channel + 1 and rtcp.parse(buffer[start:stop]).goodbye:
            self._goodbye()

    def message(self, message: Message) -> None:
        self._requests.take(message)
        if self._requests.redirected:
            self.ended(SourceError("camera.closed", "The camera asks to be called anew. It is asked again."))

    def garbage(self, size: int) -> None:
        if self._video is not None and not self._deaf:
            self._video.lose("bad_data", f"{size} bytes between packets")

    def ended(self, error: SourceError) -> None:
        self._requests.fail(error)
        if self._ended.done():
            return
        self._ended.set_result(error)
        if self._video is not None and not self._deaf:
            self._video.flush()
        self._deaf = True
        for track in self._udp:
            track.close()

    def _goodbye(self) -> None:
        self.ended(SourceError("camera.closed", "The camera ended the stream. It is asked again."))

    # Opening.

    async def _open(self) -> None:
        try:
            address = parse_address(self._source.url)
        except Invalid as error:
            raise SourceError("camera.url", error.message) from error
        for _ in range(MAX_REDIRECTS + 1):
            await self._connection.connect(address, self._source.certificate_sha256)
            await self._negotiation.options(address.url)
            try:
                described = await self._negotiation.describe(address.url)
            except Redirected as redirected:
                address = self._follow(address, redirected.url)
                continue
            await self._set_up(described)
            await self._negotiation.play(self._url)
            return
        raise SourceError(
            "camera.protocol", f"The camera redirects more than {MAX_REDIRECTS} times. Check the address."
        )

    def _follow(self, address: Address, url: str) -> Address:
        """Get ready to ask elsewhere. Another host, or the same one without TLS, does not learn the credentials."""
        try:
            target = parse_address(url)
        except Invalid as error:
            raise SourceError("camera.protocol", "The camera redirects to an address that cannot be read.") from error
        self._connection.close()
        if target.host != address.host or (address.tls and not target.tls):
            self._authenticator.forget()
        self._connection = Connection(self._poller, self._clock, self)
        self._requests = Requests(self._connection.send, self._authenticator)
        self._negotiation = Negotiation(self._requests)
        return target

    async def _set_up(self, described: Described) -> None:
        self._url = described.url
        media = choose_video(described.description)
        codec = VIDEO_CODECS[media.encoding]
        if self._source.transport == "udp":
            self._video = VideoTrack(codec, NOT_A_CHANNEL, self._shared, donl=_uses_decoding_order(media))
            await self._agree_udp(described, media, self._video.assembler.deliver)
        else:
            channel = await self._agree_tcp(described, media, 0)
            self._video = VideoTrack(codec, channel, self._shared, donl=_uses_decoding_order(media))
        names = ("sprop-parameter-sets",) if codec == "h264" else ("sprop-vps", "sprop-sps", "sprop-pps")
        self._video.take_sets([nal for name in names for nal in media.base64_list(name)])
        if self._source.audio:
            await self._set_up_audio(described)

    async def _set_up_audio(self, described: Described) -> None:
        """Sound that cannot be had is no reason to lose the picture."""
        media = choose_audio(described.description)
        form = audio_format(media) if media is not None else None
        if media is None or form is None:
            log.warning("the camera offers no sound that can be recorded")
            return
        track = AudioTrack(media, form, self._shared)
        try:
            if self._source.transport == "udp":
                await self._agree_udp(described, media, track.deliver)
            else:
                self._audio_channel = await self._agree_tcp(described, media, 2)
        except SourceError as error:
            log.warning("the camera's sound is not recorded: %s", error)
            return
        self._audio = track
        self._shared.audio = form

    async def _agree_tcp(self, described: Described, media: Media, channel: int) -> int:
        """SETUP of one track; returns its interleaved channel, which is the camera's to choose."""
        url = locate.control_url(described.base, media.control)
        transport = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
        agreed = await self._negotiation.setup(url, transport)
        first = agreed.get("interleaved", str(channel)).partition("-")[0]
        return int(first) & 0xFF if first.isascii() and first.isdigit() else channel

    async def _agree_udp(self, described: Described, media: Media, deliver: Deliver) -> None:
        """SETUP of one track over UDP."""
        connection = self._connection
        track = UdpTrack(self._poller, self._clock, connection.local_host, self.reading, deliver, self._goodbye)
        self._udp.append(track)
        url = locate.control_url(described.base, media.control)
        agreed = await self._negotiation.setup(url, f"RTP/AVP;unicast;client_port={track.ports[0]}-{track.ports[1]}")
        track.connect(
            _ip_address(agreed.get("source", "")) or connection.peer_host, _ports(agreed.get("server_port", ""))
        )

    # Watching.

    def _watch(self) -> None:
        """Look for silence and send signs of life, about once a second."""
        self._watch_timer = None
        if self._ended.done() or self._video is None:
            return
        now_us = self._clock.mono_us()
        self._connection.push()
        for track in self._udp:
            track.report()
        heard_us = max(self._video.last_unit_us, self._playing_us)
        if now_us - heard_us > self._source.silence_timeout_s * US_PER_S:
            self.ended(
                SourceError("camera.silent", "The camera is connected but sends no picture. Restart the camera.")
            )
        elif self._video.format is None and now_us - self._playing_us > NO_FORMAT_S * US_PER_S:
            self.ended(
                SourceError("camera.codec", "The camera never says how its pictures are coded. Restart the camera.")
            )
        elif self._video.is_gibberish(now_us, self._playing_us):
            self.ended(
                SourceError("camera.protocol", "The camera sends something else than it announced. It is asked again.")
            )
        elif now_us >= self._keepalive_due_us and self._keepalive is None:
            self._keepalive_due_us = now_us + self._keepalive_us()
            self._keepalive = self._loop.create_task(self._keep_alive())
            self._keepalive.add_done_callback(self._kept_alive)
        if not self._ended.done():
            pause_s = min(WATCH_S, self._source.silence_timeout_s / 4, self._keepalive_us() / US_PER_S)
            # At whole multiples, so that a process wakes once for all its sessions.
            self._watch_timer = self._loop.call_at((self._loop.time() // pause_s + 1) * pause_s, self._watch)

    def _keepalive_us(self) -> int:
        return int(min(MAX_KEEPALIVE_S, self._negotiation.timeout_s / 2) * US_PER_S)

    async def _keep_alive(self) -> None:
        """A request that the camera understands. No answer is no reason to end: pictures tell whether it lives."""
        if not self._keepalive_methods:
            offered = self._negotiation.methods
            self._keepalive_methods = [
                method for method in ("GET_PARAMETER", "OPTIONS") if method in offered or method == "OPTIONS"
            ]
        try:
            async with asyncio.timeout(KEEPALIVE_ANSWER_S):
                answer = await self._requests.ask(self._keepalive_methods[0], self._url)
        except TimeoutError:
            return
        except SourceError as error:
            self.ended(error)
            return
        if answer.status == 454:
            self.ended(SourceError("camera.closed", "The camera has forgotten the session. It is asked again."))
        elif answer.status >= 400 and len(self._keepalive_methods) > 1:
            del self._keepalive_methods[0]
            self._keepalive_due_us = 0

    def _kept_alive(self, task: asyncio.Task[None]) -> None:
        self._keepalive = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the keep-alive failed", exc_info=error)

    def _free(self) -> None:
        if self._watch_timer is not None:
            self._watch_timer.cancel()
            self._watch_timer = None
        if self._keepalive is not None:
            self._keepalive.cancel()
        self._connection.close()
        self.ended(SourceError("camera.closed", "The session was closed."))


def _uses_decoding_order(media: Media) -> bool:
    """Whether packets carry decoding order numbers (RFC 7798 4.4)."""
    return any(media.fmtp.get(name, "0").strip("0") for name in ("sprop-max-don-diff", "sprop-depack-buf-nalus"))


def _ports(text: str) -> tuple[int, int]:
    """``5000-5001`` or ``5000`` as two ports; 0 where the camera does not say."""
    numbers = [
        int(word) & 0xFFFF for word in text.split("-")[:2] if word.isascii() and word.isdigit() and len(word) < 6
    ]
    first = numbers[0] if numbers else 0
    return first, numbers[1] if len(numbers) > 1 else (first + 1 if first else 0)


def _ip_address(text: str) -> str:
    """The text when it is an address in numbers, else nothing: names are not looked up for a camera."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
