"""An ONVIF device on loopback: SOAP over HTTP with digests checked, WS-Discovery over UDP, faults on order."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SOAP = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"'
DEVICE = 'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
MEDIA = 'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
MAX_SKEW_S = 5


@dataclass(frozen=True)
class Profile:
    token: str
    width: int
    height: int
    source: str = "src0"
    codec: str = "H264"
    path: str = "/stream"


@dataclass
class FakeDevice:
    """`http_digest`: wants HTTP digest instead of the token. `clock_off_s`: how far its clock is ahead. `raw`: answered
    to everything, whatever is asked. `slow`: writes an answer by calling this with the socket's file."""

    username: str = "admin"
    password: str = "pa<&>ss 密码"
    host: str = "127.0.0.1"
    port: int = 0
    udp_port: int = 0
    clock_off_s: int = 0
    http_digest: bool = False
    name: str = "东门 1"
    media_url: str = ""
    stream_host: str = ""
    profiles: list[Profile] = field(
        default_factory=lambda: [Profile("main", 2560, 1440, path="/main"), Profile("sub", 640, 360, path="/sub")]
    )
    asked: list[str] = field(default_factory=list)
    raw: bytes | None = None
    status: int = 200
    slow: Callable[[object], None] | None = None
    seen_tokens: set[str] = field(default_factory=set)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.clock_off_s)

    def answer(self, body: str) -> tuple[int, str]:
        """Status and SOAP for one request."""
        action = re.search(r"<s:Body><(\w+)", body)
        asked = action[1] if action else "?"
        self.asked.append(asked)
        if asked == "GetSystemDateAndTime":
            return 200, envelope(self._date())
        if not self.http_digest and not self._token_is_good(body):
            return 400, fault("ter:NotAuthorized", "Sender not Authorized")
        made = {
            "GetDeviceInformation": self._information,
            "GetCapabilities": self._capabilities,
            "GetProfiles": self._profiles,
            "GetStreamUri": lambda: self._stream(body),
        }.get(asked)
        return (200, envelope(made())) if made else (400, fault("ter:ActionNotSupported", "no"))

    def _date(self) -> str:
        now = self.now()
        return (
            f"<tds:GetSystemDateAndTimeResponse {DEVICE}><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
            f"<tt:LocalDateTime><tt:Time><tt:Hour>1</tt:Hour><tt:Minute>1</tt:Minute><tt:Second>1</tt:Second></tt:Time>"
            f"<tt:Date><tt:Year>2001</tt:Year><tt:Month>1</tt:Month><tt:Day>1</tt:Day></tt:Date></tt:LocalDateTime>"
            f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
            f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
            f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _token_is_good(self, body: str) -> bool:
        """As a device checks it: name, digest, age, and no nonce twice."""
        found = {name: re.search(rf"<[\w:]*{name}\b[^>]*>([^<]*)<", body) for name in ("Username", "Password", "Nonce")}
        created = re.search(r"<wsu:Created>([^<]+)<", body)
        if created is None or not all(found.values()):
            return False
        said = {name: match[1] for name, match in found.items() if match}
        nonce = base64.b64decode(said["Nonce"])
        hashed = hashlib.sha1(nonce + created[1].encode() + self.password.encode()).digest()
        age = abs((datetime.fromisoformat(created[1].replace("Z", "+00:00")) - self.now()).total_seconds())
        is_new = said["Nonce"] not in self.seen_tokens
        self.seen_tokens.add(said["Nonce"])
        is_right = base64.b64encode(hashed).decode() == said["Password"] and said["Username"] == self.username
        return is_right and age <= MAX_SKEW_S and is_new

    def digest_is_good(self, header: str) -> bool:
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', header))
        ha1 = hashlib.md5(f"{self.username}:cam:{self.password}".encode()).hexdigest()
        ha2 = hashlib.md5(f"POST:{said.get('uri', '')}".encode()).hexdigest()
        parts = [ha1, "n0nce", said.get("nc", ""), said.get("cnonce", ""), "auth", ha2]
        return said.get("response") == hashlib.md5(":".join(parts).encode()).hexdigest()

    def _information(self) -> str:
        return (
            f"<tds:GetDeviceInformationResponse {DEVICE}><tds:Manufacturer>某某</tds:Manufacturer>"
            "<tds:Model>IPC-1</tds:Model><tds:FirmwareVersion>V5.4</tds:FirmwareVersion>"
            "<tds:SerialNumber>SN0001</tds:SerialNumber></tds:GetDeviceInformationResponse>"
        )

    def _capabilities(self) -> str:
        url = self.media_url or f"http://{self.host}:{self.port}/onvif/Media"
        return (
            f"<tds:GetCapabilitiesResponse {DEVICE}><tds:Capabilities><tt:Media><tt:XAddr>{url}</tt:XAddr></tt:Media>"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _profiles(self) -> str:
        rows = "".join(
            f'<trt:Profiles token="{p.token}"><tt:Name>{p.token}</tt:Name><tt:VideoSourceConfiguration token="v">'
            f"<tt:SourceToken>{p.source}</tt:SourceToken></tt:VideoSourceConfiguration>"
            f'<tt:VideoEncoderConfiguration token="e"><tt:Encoding>{p.codec}</tt:Encoding><tt:Resolution>'
            f"<tt:Width>{p.width}</tt:Width><tt:Height>{p.height}</tt:Height></tt:Resolution><tt:RateControl>"
            "<tt:FrameRateLimit>25</tt:FrameRateLimit></tt:RateControl></tt:VideoEncoderConfiguration></trt:Profiles>"
            for p in self.profiles
        )
        return f"<trt:GetProfilesResponse {MEDIA}>{rows}</trt:GetProfilesResponse>"

    def _stream(self, body: str) -> str:
        token = re.search(r"<ProfileToken>([^<]*)<", body)
        path = next(p.path for p in self.profiles if token and p.token == token[1])
        host = self.stream_host or f"{self.host}:554"
        return (
            f"<trt:GetStreamUriResponse {MEDIA}><trt:MediaUri><tt:Uri>rtsp://{host}{path}</tt:Uri></trt:MediaUri>"
            "</trt:GetStreamUriResponse>"
        )

    def probe_match(self, message_id: str) -> str:
        from urllib.parse import quote

        scopes = f"onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/{quote(self.name)}"
        scopes += " onvif://www.onvif.org/hardware/IPC-1 onvif://www.onvif.org/location/wuhan"
        return (
            f'<s:Envelope {SOAP} xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
            'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>'
            f"<a:RelatesTo>{message_id}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>"
            f"<a:EndpointReference><a:Address>urn:uuid:{self.port:08x}</a:Address></a:EndpointReference>"
            f"<d:Scopes>{scopes}</d:Scopes><d:XAddrs>http://192.0.2.9/onvif/device_service "
            f"http://{self.host}:{self.port}/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
            "</s:Body></s:Envelope>"
        )


def envelope(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {SOAP}><s:Body>{body}</s:Body></s:Envelope>'


def fault(code: str, reason: str) -> str:
    return envelope(
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )


@contextmanager
def running(device: FakeDevice) -> Iterator[FakeDevice]:
    """The device with its HTTP service, on a port of the kernel's choice."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if device.slow is not None:
                device.slow(self.wfile)
                return
            if device.raw is not None:
                status, text = device.status, device.raw
            elif (
                device.http_digest
                and "GetSystemDateAndTime" not in body
                and not device.digest_is_good(self.headers.get("Authorization", ""))
            ):
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Digest realm="cam", nonce="n0nce", qop="auth"')
                self.send_header("WWW-Authenticate", 'Basic realm="cam"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            else:
                status, made = device.answer(body)
                text = made.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((device.host, 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    device.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield device
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def discoverable(device: FakeDevice, *, answers: Callable[[str], list[bytes]] | None = None) -> Iterator[FakeDevice]:
    """Its WS-Discovery service: unicast on loopback, and the multicast group by the loopback link."""
    link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    link.bind(("", 0))
    group = socket.inet_aton("239.255.255.250") + socket.inet_aton("127.0.0.1")
    link.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    device.udp_port = link.getsockname()[1]
    link.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                data, sender = link.recvfrom(65_536)
            except TimeoutError:
                continue
            message = re.search(r"<a:MessageID>([^<]+)<", data.decode())
            said = message[1] if message else ""
            for answer in answers(said) if answers else [device.probe_match(said).encode()]:
                link.sendto(answer, sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield device
    finally:
        stop.set()
        thread.join()
        link.close()


def drip(chunk: bytes, pause_s: float = 0.05, seconds: float = 30) -> Callable[[object], None]:
    """An answer that never ends, a little at a time."""

    def write(out: object) -> None:
        ends = time.monotonic() + seconds
        try:
            out.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n")  # type: ignore[attr-defined]
            while time.monotonic() < ends:
                out.write(chunk)  # type: ignore[attr-defined]
                out.flush()  # type: ignore[attr-defined]
                time.sleep(pause_s)
        except OSError:
            return

    return write
