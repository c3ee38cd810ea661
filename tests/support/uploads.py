"""Small true files of every kind the office takes, and some it must refuse."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'


def pdf(extra: bytes = b"", text: bytes = b"one page") -> bytes:
    """A PDF as plain as can be; `extra` stands in its catalogue."""
    body = b"1 0 obj<</Type/Catalog/Pages 2 0 R" + extra + b">>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    return b"%PDF-1.7\n%" + text + b"\n" + body + b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def pdf_with_packed(objects: bytes, *, name: bytes = b"/ObjStm") -> bytes:
    """A PDF whose objects lie in a packed stream."""
    packed = zlib.compress(objects)
    head = b"3 0 obj<</Type" + name + b"/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(packed)
    return pdf().replace(b"trailer", head + packed + b"\nendstream endobj\ntrailer")


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), *, exif: bool = False) -> bytes:
    """A picture; with `exif` it says where and with what it was taken."""
    made = Image.new("RGB", size, (30, 90, 160))
    out = BytesIO()
    if exif:
        facts = Image.Exif()
        facts[0x010F], facts[0x0110] = "Huawei", "P70"
        facts.get_ifd(0x8825)[1] = "N"
        made.save(out, kind, exif=facts)
    else:
        made.save(out, kind)
    return out.getvalue()


def office(main: str = "word/document.xml", **members: bytes) -> bytes:
    """A Word or Excel file; `members`: further parts, `__` for a slash."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr(main, b"<x/>")
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), data)
    return out.getvalue()


def remote_template() -> bytes:
    """A Word file that loads its template from elsewhere when opened."""
    relation = (
        '<Relationship Id="r" Type="http://x/attachedTemplate" Target="http://x.invalid/t" TargetMode="External"/>'
    )
    return office(word___rels__settings_DOT_xml_DOT_rels=(RELATIONS + relation + "</Relationships>").encode())


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)
