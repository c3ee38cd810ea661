"""Word and Excel files (ECMA-376): a zip with the right members, and nothing in it that runs."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mingcha.base.errors import Invalid
from mingcha.records.files.states import Kind

MAX_MEMBERS = 5_000
MAX_UNPACKED_BYTES = 512 << 20
MAX_SMALL_MEMBER_BYTES = 4 << 20
_TYPES_PART = "[Content_Types].xml"
_MAIN_PARTS = {"word/document.xml": Kind.DOCX, "xl/workbook.xml": Kind.XLSX}
_RUNNING_PARTS = ("vbaproject.bin", "vbadata.xml")
_RUNNING_FOLDERS = ("activex", "customui")
_RUNNING_ENDINGS = (".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".jar", ".lnk", ".hta", ".scr", ".com")
_REMOTE_KINDS = ("attachedtemplate", "oleobject", "frame", "subdocument", "afchunk", "mailmergesource")
"""Relations that load something from elsewhere when the file is opened (ECMA-376 part 1, 11.3 and 12.3)."""


def office_kind(path: Path) -> Kind:
    """DOCX or XLSX. Raises Invalid (``file.kind``, ``file.macros``, ``file.office_broken``)."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _look(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Invalid("file.office_broken", "The office file cannot be read.") from error
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Invalid("file.office_broken", "The office file cannot be read.") from error


def _look(archive: zipfile.ZipFile) -> Kind:
    members = archive.infolist()
    names = {member.filename for member in members}
    kinds = [kind for part, kind in _MAIN_PARTS.items() if part in names]
    if _TYPES_PART not in names or len(kinds) != 1:
        raise Invalid("file.kind", "Archives are not taken.")
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or len(names) != len(members) or unpacked > MAX_UNPACKED_BYTES:
        raise Invalid("file.office_broken", "The office file is packed in an odd way.")
    if any(member.flag_bits & 1 for member in members):
        raise Invalid("file.encrypted", "The office file is encrypted.")
    if any(_runs(name) for name in names) or _says_macro(archive) or _loads_remote(archive, names):
        raise Invalid("file.macros", "The office file holds macros or loads parts from elsewhere.")
    return kinds[0]


def _runs(name: str) -> bool:
    path = PurePosixPath(name.casefold())
    return (
        path.name in _RUNNING_PARTS
        or path.name.endswith(_RUNNING_ENDINGS)
        or any(part in _RUNNING_FOLDERS for part in path.parts[:-1])
        or ("embeddings" in path.parts and path.suffix == ".bin")
    )


def _says_macro(archive: zipfile.ZipFile) -> bool:
    types = _read(archive, _TYPES_PART).lower()
    return b"macroenabled" in types or b"vbaproject" in types or b"activex" in types


def _loads_remote(archive: zipfile.ZipFile, names: set[str]) -> bool:
    for name in names:
        if not name.endswith(".rels"):
            continue
        for relation in fromstring(_read(archive, name), forbid_dtd=True):
            kind = relation.get("Type", "").rpartition("/")[2].casefold()
            if relation.get("TargetMode", "").casefold() == "external" and kind in _REMOTE_KINDS:
                return True
    return False


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """A small member; the declared size is not believed."""
    with archive.open(name) as file:
        data = file.read(MAX_SMALL_MEMBER_BYTES + 1)
    if len(data) > MAX_SMALL_MEMBER_BYTES:
        raise Invalid("file.office_broken", "The office file is packed in an odd way.")
    return data
