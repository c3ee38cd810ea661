"""Time stamps (RFC 3161) as verify.py reads them (`mingcha.media.export.verifiers` puts this file into it): that a
token is over given bytes, that its signature is by the certificate enclosed in it, and when it was made. Who that
certificate belongs to is not checked: for that the authority's root certificate and OpenSSL are needed.
"""

import hashlib
import re
from datetime import datetime, timezone

from reading import MOST_NUMBER, Fault, clean
from signatures import P256, P384, is_signed_by_ecdsa

HASHES = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
SIGNATURES = {
    "1.2.840.113549.1.1.1": ("rsa", None),
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    "1.2.840.10045.4.3.2": ("ecdsa", "sha256"),
    "1.2.840.10045.4.3.3": ("ecdsa", "sha384"),
    "1.2.840.10045.4.3.4": ("ecdsa", "sha512"),
}
CURVES = {"1.2.840.10045.3.1.7": P256, "1.3.132.0.34": P384}
DIGEST_INFO = {
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}
TST_INFO, SIGNED_DATA = "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.7.2"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = {"1.2.840.113549.1.9.16.2.12": "sha1", "1.2.840.113549.1.9.16.2.47": "sha256"}
EXTENDED_USE, FOR_TIME_STAMPS = "2.5.29.37", "1.3.6.1.5.5.7.3.8"
MOST_TOKEN = 100_000  # bytes
INTEGER, OCTETS, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31


class Der:
    """One value of DER (X.690): `tag`, `content`, and `whole` with its head."""

    def __init__(self, data):
        if len(data) < 2 or data[0] & 0x1F == 0x1F:
            raise Fault("stamp_form")
        self.tag, size, at = data[0], data[1], 2
        if size >= 0x80:
            at, size = 2 + (size & 0x7F), int.from_bytes(data[2 : 2 + (size & 0x7F)], "big")
            if not 3 <= at <= 6 or size < 0x80:
                raise Fault("stamp_form")
        if at + size > len(data):
            raise Fault("stamp_form")
        self.content, self.whole = data[at : at + size], data[: at + size]

    def of(self, *tags):
        if self.tag not in tags:
            raise Fault("stamp_form")
        return self

    def items(self):
        found, rest = [], self.content
        while rest:
            found.append(Der(rest))
            rest = rest[len(found[-1].whole) :]
        return found

    def fields(self, least):
        found = self.of(SEQUENCE).items()
        if len(found) < least:
            raise Fault("stamp_form")
        return found

    def oid(self):
        numbers, value = [], 0
        for byte in self.of(OID).content[:40]:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers, value = [*numbers, value], 0
        first = numbers[0] if numbers else 0
        return ".".join(str(number) for number in [min(first // 40, 2), first - 40 * min(first // 40, 2), *numbers[1:]])

    def number(self):
        return int.from_bytes(self.of(INTEGER).content, "big")

    def seconds(self):
        """GeneralizedTime or UTCTime."""
        text = self.of(0x17, 0x18).content.decode("latin-1")
        text = text if self.tag == 0x18 else ("19" if text[:2] >= "50" else "20") + text
        found = re.fullmatch(r"([0-9]{14})(?:\.[0-9]+)?Z", text)
        try:
            return int(datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc).timestamp())
        except (TypeError, ValueError, OverflowError):
            raise Fault("stamp_form") from None


def only(items, tag):
    """The content of the optional field of this tag; none of it where there is none."""
    return next((item for item in items if item.tag == tag), None)


class Certificate:
    """What is needed of an X.509 certificate."""

    def __init__(self, der):
        self.whole = der.whole
        fields = der.fields(3)[0].fields(6)
        fields = fields[1:] if fields[0].tag == 0xA0 else fields
        if len(fields) < 6:
            raise Fault("stamp_form")
        self.serial, self.issuer = fields[0].whole, fields[2].whole
        self.since, self.until = (moment.seconds() for moment in fields[3].fields(2)[:2])
        self.name = self.name_of(fields[4])
        algorithm, key = fields[5].fields(2)[:2]
        self.kind = [item.oid() if item.tag == OID else "" for item in algorithm.fields(1)]
        self.key = key.of(0x03).content[1:]
        self.uses = self.uses_of(only(fields, 0xA3))

    @staticmethod
    def uses_of(extensions):
        """The extended key uses."""
        for part in extensions.items()[0].items() if extensions is not None and extensions.content else ():
            fields = part.fields(2)
            if fields[0].oid() == EXTENDED_USE:
                return [use.oid() for use in Der(fields[-1].of(OCTETS).content).of(SEQUENCE).items()]
        return []

    @staticmethod
    def name_of(name):
        """Common name, else organisation."""
        said = {}
        for part in name.of(SEQUENCE).items():
            for pair in part.of(SET).items():
                kind, value = pair.fields(2)[:2]
                coding = {0x1E: "utf-16-be", 0x0C: "utf-8"}.get(value.tag, "latin-1")
                said[kind.oid()] = value.content.decode(coding, "replace")
        return clean(said.get("2.5.4.3") or said.get("2.5.4.10") or "?")[:200]

    def has_signed(self, data, digest, signature, kind):
        """True or False; None where this program does not know the kind of signature."""
        how, own = SIGNATURES.get(kind, ("", None))
        digest = own or digest
        hashed = hashlib.new(digest, data).digest() if digest in DIGEST_INFO else b""
        if how == "rsa" and self.kind[0] == "1.2.840.113549.1.1.1" and hashed:
            modulus, exponent = (item.number() for item in Der(self.key).fields(2)[:2])
            size = (modulus.bit_length() + 7) // 8
            if not (128 <= size <= 1024 and exponent < 2**32):
                return None
            wanted = bytes.fromhex(DIGEST_INFO[digest]) + hashed
            wanted = b"\x00\x01" + b"\xff" * (size - 3 - len(wanted)) + b"\x00" + wanted
            found = pow(int.from_bytes(signature, "big"), exponent, modulus)
            return len(signature) == size and found == int.from_bytes(wanted, "big")
        if how == "ecdsa" and self.kind[0] == "1.2.840.10045.2.1" and self.kind[-1] in CURVES and hashed:
            r, s = (item.number() for item in Der(signature).fields(2)[:2])
            return is_signed_by_ecdsa(CURVES[self.kind[-1]], self.key, hashed, r, s)
        return None


class Stamp:
    """What a token says once it is found to be over `data`: `at` (seconds, UTC), `name` of whoever made it, `is_signed`
    (its signature was checked, or is of an unknown kind). Raises Fault for a false one."""

    def __init__(self, token, data):
        if len(token) > MOST_TOKEN or Der(token).whole != token:
            raise Fault("stamp_form")
        status, *rest = Der(token).fields(2)
        if status.fields(1)[0].number() > 1:
            raise Fault("stamp_form")
        signed = self.inner(rest[0], SIGNED_DATA).fields(4)
        content = self.inner(signed[2], TST_INFO).of(OCTETS).content
        told = Der(content).fields(5)
        imprint = told[2].fields(2)
        digest = HASHES.get(imprint[0].fields(1)[0].oid(), "")
        if digest not in DIGEST_INFO or imprint[1].of(OCTETS).content != hashlib.new(digest, data).digest():
            raise Fault("stamp_other")
        self.at = told[4].of(0x18).seconds()
        if not 0 <= self.at <= MOST_NUMBER // 1_000_000:
            raise Fault("stamp_form")
        signer = signed[-1].of(SET).items()
        if len(signer) != 1:
            raise Fault("stamp_form")
        self.check(signer[0].fields(5), only(signed, 0xA0), content)

    @staticmethod
    def inner(content, kind):
        """What a ContentInfo of this kind holds."""
        fields = content.fields(2)
        if fields[0].oid() != kind or fields[1].tag != 0xA0 or not fields[1].content:
            raise Fault("stamp_form")
        return Der(fields[1].content)

    def check(self, signer, certificates, content):
        """SignerInfo (RFC 5652 section 5.3) with signed attributes, by the certificate they name (RFC 5816)."""
        digest = HASHES.get(signer[2].fields(1)[0].oid(), "")
        attributes = signer[3]
        if attributes.tag != 0xA0 or len(signer) < 6:
            raise Fault("stamp_form")
        said = {pair[0].oid(): pair[1].of(SET).items() for pair in (item.fields(2) for item in attributes.items())}
        if [item.oid() for item in said.get(CONTENT_TYPE, [])] != [TST_INFO]:
            raise Fault("stamp_form")
        self.name, self.is_signed = "?", False
        if digest in ("", "sha1"):
            return
        if [item.content for item in said.get(MESSAGE_DIGEST, [])] != [hashlib.new(digest, content).digest()]:
            raise Fault("stamp_signature")
        own = self.named(said, certificates)
        if own is None:
            return
        if FOR_TIME_STAMPS not in own.uses or not own.since <= self.at <= own.until:
            raise Fault("stamp_certificate")
        self.name = own.name
        signature = signer[5].of(OCTETS).content
        found = own.has_signed(b"\x31" + attributes.whole[1:], digest, signature, signer[4].fields(1)[0].oid())
        if found is False:
            raise Fault("stamp_signature")
        self.is_signed = found is True

    @staticmethod
    def named(said, certificates):
        """The enclosed certificate that the signed attributes name by its hash; None without any."""
        enclosed = certificates.items() if certificates is not None else []
        for kind, digest in SIGNING_CERTIFICATE.items():
            for value in said.get(kind, []):
                name = value.fields(1)[0].fields(1)[0].fields(1)
                if name[0].tag == SEQUENCE:
                    digest, name = HASHES.get(name[0].fields(1)[0].oid(), ""), name[1:]
                if not digest or not name:
                    return None
                wanted = name[0].of(OCTETS).content
                found = [item for item in enclosed if hashlib.new(digest, item.whole).digest() == wanted]
                if enclosed and not found:
                    raise Fault("stamp_signature")
                return Certificate(found[0]) if found else None
        return None
