"""SOAP 1.2 envelopes with WS-Security UsernameToken (OASIS 2004), and reading answers that nobody vouches for.

The password itself never travels: its digest is Base64(SHA-1(nonce + created + password)), as the profile says.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from mingcha.base.clock import isoformat
from mingcha.base.errors import Unavailable

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
_MESSAGE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0"

MAX_XML_BYTES = 1 << 20
MAX_ELEMENTS = 50_000
MAX_TEXT = 500

_REFUSALS = ("notauthorized", "failedauthentication", "authfailed", "notauthorised", "senderrefused")


def envelope(body: str, security: str = "") -> bytes:
    """One message; `body` and `security` are XML."""
    header = f"<s:Header>{security}</s:Header>" if security else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{ENVELOPE}">{header}<s:Body>{body}</s:Body>'
        f"</s:Envelope>"
    ).encode()


def username_token(username: str, password: str, created_us: int, nonce: bytes | None = None) -> str:
    """The Security header. `created_us`: wall time of the device, since it refuses tokens of another time."""
    nonce = nonce or secrets.token_bytes(16)
    created = isoformat(created_us)[:-4] + "Z"
    hashed = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(username)}</wsse:Username>"
        f'<wsse:Password Type="{_PROFILE}#PasswordDigest">{base64.b64encode(hashed).decode()}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{_MESSAGE}#Base64Binary">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
        f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
    )


def parse(data: bytes) -> Element:
    """The tree of an answer: no DTD, no entities, bounded. Raises Unavailable ``onvif.too_big`` or
    ``onvif.not_onvif``."""
    if len(data) > MAX_XML_BYTES:
        raise Unavailable("onvif.too_big", "The device's answer is too long.")
    try:
        root: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unavailable("onvif.not_onvif", "What answers there is no ONVIF device.") from error
    for count, _element in enumerate(root.iter()):
        if count > MAX_ELEMENTS:
            raise Unavailable("onvif.too_big", "The device's answer is too long.")
    return root


def body_of(data: bytes) -> Element:
    """The Body of an answer. Raises Unavailable: ``onvif.unauthorised`` or ``onvif.fault`` for a SOAP fault,
    ``onvif.not_onvif`` for anything that is no SOAP."""
    root = parse(data)
    body = first(root, "Body")
    if local(root) != "Envelope" or body is None:
        raise Unavailable("onvif.not_onvif", "What answers there is no ONVIF device.")
    fault = first(body, "Fault")
    if fault is not None:
        said = " ".join(text.strip() for text in fault.itertext() if text and text.strip())[:MAX_TEXT]
        plain = said.lower().replace(" ", "")
        if any(word in plain for word in _REFUSALS):
            raise Unavailable("onvif.unauthorised", "The device does not accept this user name and password.")
        raise Unavailable("onvif.fault", f"The device refuses: {said}", said=said)
    return body


def local(element: Element) -> str:
    """Name without namespace: devices get namespaces wrong more often than names."""
    return str(element.tag).rpartition("}")[2]


def every(element: Element, name: str) -> Iterator[Element]:
    """All descendants of that local name, in order."""
    return (found for found in element.iter() if local(found) == name)


def first(element: Element, *path: str) -> Element | None:
    """The first descendant along these local names, or None."""
    at: Element | None = element
    for name in path:
        at = next(every(at, name), None) if at is not None else None
    return at


def text(element: Element | None, *path: str) -> str:
    """Its text without control characters, at most `MAX_TEXT` characters; empty when there is none."""
    found = first(element, *path) if element is not None else None
    raw = (found.text or "") if found is not None else ""
    return "".join(c for c in raw[: 4 * MAX_TEXT] if c.isprintable()).strip()[:MAX_TEXT]


def number(element: Element | None, *path: str) -> int:
    """A whole number that is not negative, at most nine digits; 0 for anything else."""
    said = text(element, *path).partition(".")[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
