"""Finding devices: WS-Discovery probes (OASIS 1.1, ONVIF Core 7), to everybody on the link or to given addresses.

Multicast finds what is on the same link. Behind a router devices are asked one by one, at most one network of 256
addresses, and slowly.
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import re
import select
import socket
import struct
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Invalid, MingchaError
from mingcha.media.onvif.http import Endpoint, read_endpoint
from mingcha.media.onvif.soap import every, first, parse, text

GROUP = "239.255.255.250"
PORT = 3702
LISTEN_S = 3.0
"""Devices wait up to half a second before they answer (APP_MAX_DELAY); slow ones take longer."""
REPEATS = 2
PROBES_PER_S = 50
MAX_TARGETS = 256
MAX_FOUND = 512
_SIOCGIFADDR = 0x8915
_IPV4 = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"


@dataclass(frozen=True, slots=True)
class Answer:
    """One device that answered. `name`, `hardware` and `location` as it calls itself, unchecked."""

    endpoint: Endpoint
    reference: str
    name: str
    hardware: str
    location: str


def read_targets(given: str) -> list[str]:
    """IPv4 addresses of ``192.168.1.64``, ``192.168.1.0/24`` or ``192.168.1.10-60``, several with commas or spaces.
    Raises Invalid: ``search.target`` or ``search.too_many``."""
    found: list[str] = []
    for word in _words(given):
        found += _expand(word)
        if len(found) > MAX_TARGETS:
            raise Invalid("search.too_many", f"At most {MAX_TARGETS} addresses at once.", limit=MAX_TARGETS)
    return list(dict.fromkeys(found))


def read_where(given: str) -> tuple[list[str], list[Endpoint]]:
    """Addresses to send a probe to, and services to ask directly, of ``192.168.1.0/24 cam.lan:8080``: a range is only
    probed; a single address is probed and asked, since many devices do not answer probes from beyond their link.
    Raises Invalid: ``search.target``, ``search.too_many``, ``onvif.address``."""
    targets: list[str] = []
    endpoints: list[Endpoint] = []
    for word in _words(given):
        is_range = "://" not in word and re.fullmatch(r"[0-9.]+[-/][0-9.]+", word) is not None
        if is_range:
            targets += _expand(word)
            continue
        endpoints.append(read_endpoint(word))
        if _IPV4.fullmatch(word):
            targets += _expand(word)
    if len(targets) > MAX_TARGETS or len(endpoints) > MAX_TARGETS:
        raise Invalid("search.too_many", f"At most {MAX_TARGETS} addresses at once.", limit=MAX_TARGETS)
    return list(dict.fromkeys(targets)), list(dict.fromkeys(endpoints))


def interface_addresses() -> list[str]:
    """IPv4 addresses of this machine's links, without loopback."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                raw = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(raw[20:24]))
    return [address for address in dict.fromkeys(found) if not address.startswith("127.")]


def search(
    *,
    clock: Clock,
    interfaces: Sequence[str] = (),
    targets: Sequence[str] = (),
    port: int = PORT,
    listen_s: float = LISTEN_S,
) -> list[Answer]:
    """Ask on each link in `interfaces` (addresses of ours) and each address in `targets`; who answered, in order.
    Raises Invalid ``search.interface``."""
    found: dict[str, Answer] = {}
    with contextlib.ExitStack() as stack:
        to_send = [(stack.enter_context(_multicast_socket(address)), GROUP) for address in interfaces]
        links = [link for link, _ in to_send]
        if targets:
            direct = stack.enter_context(_socket())
            links.append(direct)
            to_send += [(direct, target) for target in targets]
        asked: set[str] = set()
        for sender, data in _converse(to_send * REPEATS, links, port, clock, listen_s, asked):
            for answer in _matches(data, sender, asked):
                found.setdefault(answer.reference or sender, answer)
            if len(found) >= MAX_FOUND:
                break
    return list(found.values())


def _converse(
    to_send: list[tuple[socket.socket, str]],
    links: list[socket.socket],
    port: int,
    clock: Clock,
    listen_s: float,
    asked: set[str],
) -> Iterator[tuple[str, bytes]]:
    """Send one probe after the other at the house's pace and give out the datagrams that come, also in between; end
    `listen_s` after the last probe, however many still come."""
    waiting = iter(to_send)
    next_one = next(waiting, None)
    ends_us = send_us = clock.mono_us()
    while next_one is not None or clock.mono_us() < ends_us:
        now_us = clock.mono_us()
        if next_one is not None and now_us >= send_us:
            asked.add(_ask(next_one[0], (next_one[1], port)))
            next_one = next(waiting, None)
            send_us, ends_us = now_us + US_PER_S // PROBES_PER_S, now_us + round(listen_s * US_PER_S)
        until_us = ends_us if next_one is None else send_us
        ready, _, _ = select.select(links, [], [], max(0, until_us - now_us) / US_PER_S)
        for link in ready:
            with contextlib.suppress(OSError):
                data, sender = link.recvfrom(65_536)
                yield sender[0], data


def _ask(link: socket.socket, to: tuple[str, int]) -> str:
    """Send one probe; its message id. A link that is down or a host out of reach is passed over."""
    message = f"urn:uuid:{uuid.uuid4()}"
    body = (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}"><s:Header><a:Action>{_DISCOVERY}/Probe</a:Action>'
        f"<a:MessageID>{message}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
        '<s:Body><d:Probe><d:Types xmlns:n="http://www.onvif.org/ver10/network/wsdl">n:NetworkVideoTransmitter'
        "</d:Types></d:Probe></s:Body></s:Envelope>"
    )
    with contextlib.suppress(OSError):
        link.sendto(body.encode(), to)
    return message


def _matches(data: bytes, sender: str, asked: Iterable[str]) -> Iterator[Answer]:
    """Devices in one datagram, if it answers a probe of ours. Their services are looked for at the sender."""
    try:
        root = parse(data)
    except MingchaError:
        return
    if text(root, "RelatesTo") not in asked:
        return
    for match in every(root, "ProbeMatch"):
        scopes = text_words(match, "Scopes")
        yield Answer(
            endpoint=_endpoint(text_words(match, "XAddrs"), sender),
            reference=text(match, "EndpointReference", "Address"),
            name=_scope(scopes, "name"),
            hardware=_scope(scopes, "hardware"),
            location=_scope(scopes, "location"),
        )


def text_words(element: Element, name: str) -> list[str]:
    """Words of a list, at most 64; longer than `soap.text` since scopes are many."""
    found = first(element, name)
    return ((found.text or "")[:20_000].split() if found is not None else [])[:64]


def _endpoint(addresses: list[str], sender: str) -> Endpoint:
    """The first service that names the sender's own address, else the first, taken to the sender."""
    own = Endpoint(sender)
    usable = [address for address in addresses if address.startswith(("http://", "https://"))]
    same = [address for address in usable if _host(address) == sender]
    return own.at((same or usable or [""])[0])


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _scope(scopes: list[str], key: str) -> str:
    prefix = f"onvif://www.onvif.org/{key}/"
    said = next((unquote(scope[len(prefix) :]) for scope in scopes if scope.startswith(prefix)), "")
    return "".join(c for c in said if c.isprintable())[:200]


def _words(given: str) -> list[str]:
    return [word for word in re.split(r"[\s,;，；、]+", given) if word]


def _expand(word: str) -> list[str]:
    wrong = Invalid("search.target", f"{word[:60]} is no IPv4 address or range.", target=word[:60])
    start, dash, end = word.partition("-")
    try:
        if dash:
            head = ipaddress.IPv4Address(start)
            tail = ipaddress.IPv4Address(end if "." in end else f"{start.rpartition('.')[0]}.{int(end)}")
            count = int(tail) - int(head) + 1
            if count < 1:
                raise wrong
            numbers: Iterable[ipaddress.IPv4Address] = (head + step for step in range(min(count, MAX_TARGETS + 1)))
        else:
            network = ipaddress.IPv4Network(word, strict=False)
            if network.num_addresses > MAX_TARGETS:
                raise Invalid("search.too_many", f"At most {MAX_TARGETS} addresses at once.", limit=MAX_TARGETS)
            numbers = network.hosts()
        found = [address for address in numbers if not (address.is_multicast or address.is_unspecified)]
    except ValueError as error:
        raise wrong from error
    if not found:
        raise wrong
    return [str(address) for address in found]


def _socket() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def _multicast_socket(address: str) -> socket.socket:
    """A socket whose probes leave by the link that has this address of ours. Raises Invalid ``search.interface``."""
    link = _socket()
    try:
        link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        link.bind((address, 0))
    except OSError as error:
        link.close()
        raise Invalid("search.interface", f"{address} is no address of this machine.", address=address) from error
    return link
