"""Attachments on disk: storing, naming, telling what they are, and thumbnails under limits.

What a sender calls a file is only ever shown, never used as a path: files lie under random names.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import secrets
import shutil
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from PIL import Image, ImageOps

from pelekan.lib.text import clean_controls

CHUNK = 1 << 20


# Storing


class TooLarge(ValueError):
    """The stream held more bytes than the caller takes; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies safely on the disk: SHA-256 in hex, size in bytes, path relative to the root."""

    sha256: str
    size: int
    path: str


_PATH = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")


def store(source: BinaryIO | bytes, root: Path | str, limit: int | None = None) -> Stored:
    """Keep the bytes under a random name below `root`; file and folders are on the disk on return.

    A failure on the way (a broken stream, a full disk, TooLarge beyond `limit` bytes) leaves nothing behind.
    """
    name = secrets.token_hex(16)
    path = f"{name[:2]}/{name[2:4]}/{name}"
    target = Path(root) / path
    made = _make_folders(target.parent)
    part = target.with_suffix(".part")
    digest, size = hashlib.sha256(), 0
    stream = io.BytesIO(source) if isinstance(source, bytes | bytearray | memoryview) else source
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if limit is not None and size > limit:
                    raise TooLarge(f"The file is larger than {limit} bytes")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    for folder in (target.parent, *made):
        _sync_folder(folder)
    return Stored(digest.hexdigest(), size, path)


def _make_folders(folder: Path) -> list[Path]:
    """Create the folder; returns the parents that got a new entry and must be synced as well."""
    missing = [folder, *folder.parents]
    missing = missing[: next(i for i, one in enumerate(missing) if one.exists())]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [one.parent for one in missing]


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(PermissionError):  # Windows cannot open folders, and needs no such sync
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_full(error: BaseException) -> bool:
    """Whether something failed because there is no room: by the system, SQLite or PostgreSQL."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        if (
            getattr(seen, "sqlstate", None) == "53100"
            or getattr(seen, "sqlite_errorname", "") == "SQLITE_FULL"
        ):
            return True
        seen = seen.__cause__
    return False


def room_at(place: Path | str) -> int:
    """Bytes that are free there; a very large number where that can't be told."""
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 1 << 62


def stored_path(path: str, root: Path | str) -> Path:
    """Where a stored file lies. ValueError for anything that `store` did not name."""
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no path of a stored file")
    return Path(root) / path


def remove(path: str, root: Path | str) -> None:
    """Delete a stored file; no error when it is gone already."""
    stored_path(path, root).unlink(missing_ok=True)


# Naming

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
_JOINERS = "\u200c\u200d"
LONGEST_NAME = 255  # bytes, what common file systems take


def safe_name(name: str) -> str:
    """A file name fit to be shown and to be saved by the receiver; never empty, at most 255 bytes in UTF-8.

    Cleaned first and judged after, so that nothing hides behind invisible characters: controls, direction
    marks and zero-width characters go (joiners stay between letters: Persian needs them), only the last
    part of a path stays, reserved Windows names get a "_" before. All extensions stay in sight.
    """
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFC", clean_controls(name)))
    name = "".join(char for char in name if char in _JOINERS or unicodedata.category(char) not in _UNSEEN)
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r"^[A-Za-z]:", "", name)
    name = re.sub(" +", " ", _FORBIDDEN.sub("_", name))
    name = re.sub(rf"(?<![^\W\d_])[{_JOINERS}]+|[{_JOINERS}]+(?![^\W\d_])", "", name)
    name = name.strip(". ~" + _JOINERS) or "file"
    if _RESERVED.fullmatch(name.split(".")[0].rstrip()):
        name = "_" + name
    return _shortened(name)


_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 32:
        stem, dot, extension = name, "", ""
    room = LONGEST_NAME - len((dot + extension).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").rstrip(". " + _JOINERS)
    return stem + dot + extension


def content_disposition(name: str, inline: bool = False) -> str:
    """The header's value after RFC 6266: an ASCII name for all, the true one (RFC 5987) when it differs."""
    name = safe_name(name)
    kind = "inline" if inline else "attachment"
    plain = re.sub(r'[^\x20-\x7e]|["\\%;]', "_", name)
    if plain == name:
        return f'{kind}; filename="{plain}"'
    if not re.search(r"[A-Za-z0-9]", plain.rpartition(".")[0] or plain):
        plain = "file" + re.sub(r"^.*(\.[A-Za-z0-9]+)$|^.*$", r"\1", plain)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"


# What a file is

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_INSIDE = {  # what a container is, by the name's extension
    ("application/zip", "docx"): _OFFICE + "wordprocessingml.document",
    ("application/zip", "xlsx"): _OFFICE + "spreadsheetml.sheet",
    ("application/zip", "pptx"): _OFFICE + "presentationml.presentation",
    ("application/zip", "odt"): "application/vnd.oasis.opendocument.text",
    ("application/zip", "ods"): "application/vnd.oasis.opendocument.spreadsheet",
    ("application/zip", "apk"): "application/vnd.android.package-archive",
    ("application/x-ole-storage", "doc"): "application/msword",
    ("application/x-ole-storage", "xls"): "application/vnd.ms-excel",
    ("application/x-ole-storage", "ppt"): "application/vnd.ms-powerpoint",
    ("application/x-ole-storage", "msg"): "application/vnd.ms-outlook",
}
_TEXTS = {
    "csv": "text/csv", "json": "application/json", "md": "text/markdown", "eml": "message/rfc822",
    "ics": "text/calendar", "vcf": "text/vcard", "js": "text/javascript", "css": "text/css",
    "mjs": "text/javascript", "mht": "multipart/related", "mhtml": "multipart/related",
}  # fmt: skip
_MARKUP = re.compile(
    rb"<(?:!doctype|!--|\?|html|head|body|script|style|svg|iframe|img|table|div|span|meta|link|form|math"
    rb"|object|embed|video|audio|a|b|p|br|h1|xml|[a-z]+:)[\s/>!a-z\-\[]",
    re.IGNORECASE,
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(data: bytes, name: str = "") -> str:
    """The media type by the file's own first bytes; the name only tells kinds of one container apart.

    Text that could be read as markup is never text/plain. Unknown is application/octet-stream.
    """
    head = bytes(data[:4096])
    extension = safe_name(name).rpartition(".")[2].lower()
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            return _INSIDE.get((kind, extension), kind)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")[2:]
    if _BINARY.search(head):
        return "application/octet-stream"
    if _MARKUP.search(head):
        if re.search(rb"<svg[\s>]|<[a-z]+:svg[\s>]", head, re.IGNORECASE):
            return "image/svg+xml"
        return "application/xml" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") else "text/html"
    if extension in ("html", "htm", "xhtml", "shtml"):
        return "text/html"
    if extension in ("svg", "xml", "xsl", "xslt"):
        return "application/xml"
    return _TEXTS.get(extension, "text/plain")


_INLINE = frozenset(["image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"])


def inline_safe(mime: str) -> bool:
    """Whether a browser may show it in place (with nosniff). All else, SVG and PDF too, is downloaded."""
    return mime in _INLINE


# Thumbnails

_MOST_BYTES = 50 << 20
_MOST_PIXELS = {"PNG": 24_000_000, "GIF": 24_000_000, "JPEG": 24_000_000, "WEBP": 12_000_000}  # ≤ 210 MB
_MOST_PIXELS_SCALED = 120_000_000  # baseline JPEG is decoded at a fraction of its size: 40 MB
_LONGEST_SIDE = 32_000
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # judged below, and harder


class NoPreview(ValueError):
    """No thumbnail is made of this file; the message says why. The file itself is untouched."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small WebP picture without the metadata of its original; width and height in pixels."""

    data: bytes
    width: int
    height: int
    mime: str = "image/webp"


def thumbnail(data: bytes, side: int = 480) -> Thumbnail:
    """The (first) picture made to fit into side × side, upright. NoPreview: no picture, or too large.

    Size is judged by the header before anything is decoded; at its limits this takes under 256 MB.
    """
    if len(data) > _MOST_BYTES:
        raise NoPreview(f"The picture is larger than {_MOST_BYTES >> 20} MB")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "GIF", "WEBP"]) as image:
            _refuse_bombs(image)
            image.draft("RGB", (side * 2, side * 2))
            small = image.convert("RGBA") if image.mode == "P" else image  # palettes cannot be blended
            small.thumbnail((side, side))
            upright = ImageOps.exif_transpose(small)
            mode = "RGBA" if upright.has_transparency_data else "RGB"
            out = io.BytesIO()
            upright.convert(mode).save(out, "WEBP", quality=80, exif=b"", icc_profile=b"")
    except NoPreview:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise NoPreview("The picture has too many pixels") from error
    except Exception as error:  # decoders raise whatever a broken file makes them raise
        raise NoPreview(f"The picture cannot be read: {type(error).__name__}") from error
    return Thumbnail(out.getvalue(), *upright.size)


def without_metadata(data: bytes) -> bytes:
    """The same picture without where and with what it was taken (EXIF, XMP, comments), upright, in its own format; of a
    GIF all its pictures. NoPreview: no picture, or too large."""
    if len(data) > _MOST_BYTES:
        raise NoPreview(f"The picture is larger than {_MOST_BYTES >> 20} MB")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "GIF", "WEBP"]) as image:
            _refuse_bombs(image)
            kind, frames = image.format or "", getattr(image, "n_frames", 1)
            if frames > 1:
                return _moving(image, kind, frames)
            upright = ImageOps.exif_transpose(image)
            out, more = io.BytesIO(), {"quality": 90} if kind in ("JPEG", "WEBP") else {"optimize": True}
            upright.info = {key: value for key, value in upright.info.items() if key == "transparency"}
            upright.save(out, kind, **more)
    except NoPreview:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise NoPreview("The picture has too many pixels") from error
    except Exception as error:  # decoders raise whatever a broken file makes them raise
        raise NoPreview(f"The picture cannot be read: {type(error).__name__}") from error
    return out.getvalue()


_MOST_FRAMES = 400


def _moving(image: Image.Image, kind: str, frames: int) -> bytes:
    width, height = image.size
    if frames > _MOST_FRAMES or frames * width * height > _MOST_PIXELS_SCALED:
        raise NoPreview("The picture has too many frames")
    times, pictures = [], []
    for number in range(frames):
        image.seek(number)
        times.append(image.info.get("duration", 100))
        pictures.append(image.convert("RGBA"))
    out = io.BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:], duration=times, loop=0, disposal=2)
    return out.getvalue()


def _refuse_bombs(image: Image.Image) -> None:
    width, height = image.size
    most = _MOST_PIXELS[image.format or ""]
    if image.format == "JPEG" and not image.info.get("progressive"):
        most = _MOST_PIXELS_SCALED
    if width * height > most or max(width, height) > _LONGEST_SIDE:
        raise NoPreview(f"The picture has too many pixels: {width} × {height}")
