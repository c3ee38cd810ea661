"""Pictures: proof that a file is one, and the re-encoded copy that is shown.

What a browser gets to see inline is always made anew here: without EXIF (place, device, thumbnails), without
comments, without anything appended to the file. The one home of Pillow.
"""

from __future__ import annotations

import threading
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from mingcha.base.errors import Corrupt, Invalid
from mingcha.records.files.states import Kind

MAX_PIXELS = 80_000_000
"""More than any phone's photograph; decoded at three bytes each this is 240 MB, the most a request may take."""
MAX_SIDE = 30_000
_ONE_AT_A_TIME = threading.Lock()
"""Decoding takes memory for every pixel; several at once would multiply it."""
JPEG_QUALITY = 85
_FORMATS = {Kind.PNG: "PNG", Kind.JPEG: "JPEG", Kind.WEBP: "WEBP"}
_FAULTS = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def require_picture(path: Path, kind: Kind) -> tuple[int, int]:
    """Width and height in pixels, once the whole picture has been decoded.

    Raises Invalid (``file.picture_broken``, ``file.picture_large``).
    """
    with _ONE_AT_A_TIME, _open(path, _FORMATS[kind]) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
            raise Invalid("file.picture_large", "The picture has too many pixels.", limit=MAX_PIXELS // 1_000_000)
        # WeasyPrint, once imported, tells Pillow to fill up what is cut off.
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            picture.load()
        except _FAULTS as error:
            raise Invalid("file.picture_broken", "The picture cannot be decoded.") from error
    return width, height


def preview(path: Path, *, max_side: int) -> tuple[bytes, str]:
    """The picture made anew, at most `max_side` pixels long: bytes and media type (PNG stays PNG, for plans with fine
    lines; the rest becomes JPEG). Raises Corrupt when what was taken in can no longer be decoded."""
    try:
        with _ONE_AT_A_TIME, _open(path, None) as picture:
            is_png = picture.format == "PNG"
            if not is_png:
                picture.draft("RGB", (max_side, max_side))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((max_side, max_side))
            clean = upright.convert("RGBA" if is_png and _has_alpha(upright) else "RGB")
    except (*_FAULTS, Invalid) as error:
        raise Corrupt("file.damaged", "A stored picture cannot be decoded.") from error
    bare = Image.new(clean.mode, clean.size)
    bare.paste(clean)
    out = BytesIO()
    if is_png:
        bare.save(out, "PNG", optimize=True)
        return out.getvalue(), "image/png"
    bare.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue(), "image/jpeg"


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a picture that was taken in, as it is shown (turned upright)."""
    with _open(path, None) as picture:
        width, height = picture.size
        turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def _open(path: Path, format_name: str | None) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(path, formats=[format_name] if format_name else list(_FORMATS.values()))
    except _FAULTS as error:
        raise Invalid("file.picture_broken", "The picture cannot be decoded.") from error


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
