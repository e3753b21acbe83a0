"""★ Articles in a folder or a zip: Markdown with front matter, HTML, CSV, and the pictures that they show."""

from __future__ import annotations

import functools
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import unquote

import yaml

from pelekan.knowledge.files import markdown, office, pages
from pelekan.knowledge.files.rows import KINDS, LONGEST, VISIBILITIES, Fault, Office, Row, chosen, language_of
from pelekan.knowledge.files.tables import read_csv

MOST_FILES = 20_000
MOST_BYTES = 500 << 20  # of a zip, opened
LARGEST = 10 << 20  # of one file in it that is read at once
MOST_READ = 2 << 30  # of all that is read of it: one picture may stand in many articles
MOST_PICTURES = 300  # of one article
_LANGUAGE = re.compile(r"[._-](fa|ar|en)$")
_NUMBER = re.compile(r"^\d+-(?=.)")  # before the name of a file in an export
_ORDER = re.compile(r"^\d{1,4}[-_. ]+")


@dataclass(frozen=True)
class _Place:
    """Files by name, wherever they are."""

    names: frozenset[str]
    read: Callable[[str], bytes]
    open: Callable[[str], BinaryIO]


def read_markdown(folder: Path) -> Iterator[Row | Fault]:
    """The Markdown files in and below `folder`, each an article. Front matter may say id, title, language, summary,
    section, kind, visibility and tags; else the first heading is the title, the folder the section, and the language
    may stand in the name (`renew.fa.md`, `fa/renew.md`)."""
    return (one for one in read_folder(folder, (".md", ".markdown")) if not isinstance(one, Office))


def read_folder(
    folder: Path, endings: tuple[str, ...] = (".md", ".markdown", ".html", ".htm", ".csv")
) -> Iterator[Office | Row | Fault]:
    """All that is an article in and below `folder`. Links out of it are not followed."""
    root = folder.resolve()
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.resolve().is_relative_to(root):
            found[path.relative_to(root).as_posix()] = path
    return _read(
        _Place(frozenset(found), lambda name: found[name].read_bytes(), lambda name: found[name].open("rb")),
        endings,
    )


def read_archive(stream: BinaryIO) -> Iterator[Office | Row | Fault]:
    """The same of a zip, under limits: what it says of its sizes is not believed."""
    try:
        archive = zipfile.ZipFile(stream)
        infos = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError):
        yield Fault("", "no_zip")
        return
    if len(infos) > MOST_FILES or sum(one.file_size for one in infos) > MOST_BYTES:
        yield Fault("", "too_large")
        return
    names = {one.filename for one in infos if one.filename and not _hidden(one.filename)}
    outside = {name for name in names if _outside(name)}
    yield from (Fault(name, "outside") for name in sorted(outside))
    place = _Place(
        frozenset(names - outside),
        _Unzipping(archive, MOST_READ).read,
        lambda name: cast("BinaryIO", archive.open(name)),
    )
    try:
        yield from _read(place, (".md", ".markdown", ".html", ".htm", ".csv"))
    except TooMuch:
        yield Fault("", "stopped")


def number_in(stream: BinaryIO) -> int:
    """About how many articles there are in a zip: its files that may be one."""
    try:
        names = zipfile.ZipFile(stream).namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return 0
    finally:
        stream.seek(0)
    return sum(name.lower().endswith((".md", ".markdown", ".html", ".htm", ".csv")) and not _hidden(name) and not _outside(name) for name in names)  # fmt: skip


def _outside(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name)


class TooMuch(ValueError):
    """All that was read of a zip is more than anybody's articles are."""


@dataclass
class _Unzipping:
    archive: zipfile.ZipFile
    left: int

    def read(self, name: str) -> bytes:
        with self.archive.open(name) as file:
            data = file.read(LARGEST + 1)
        self.left -= len(data)
        if self.left < 0:
            raise TooMuch("too much altogether")
        if len(data) > LARGEST:
            raise ValueError("too large")
        return data


def read_page(name: str, data: bytes) -> Row | Fault:
    """One HTML or Markdown file by itself, without its pictures."""
    nothing = _Place(frozenset(), lambda _name: b"", lambda _name: BytesIO())
    try:
        text = data.decode("utf-8-sig")
        if len(text) > LONGEST:
            return Fault(name, "too_large")
        return (
            _markdown(name, text, nothing)
            if name.lower().endswith((".md", ".markdown"))
            else _page(name, text, nothing)
        )
    except UnicodeDecodeError as fault:
        return Fault(_line(name, data, fault), "not_utf8")
    except markdown.Tangled:
        return Fault(name, "tangled")
    except (ValueError, RecursionError):
        return Fault(name, "unreadable")


def _line(name: str, data: bytes, fault: UnicodeDecodeError) -> str:
    begun = 3 if data.startswith(b"\xef\xbb\xbf") else 0  # the mark is not counted in what was decoded
    number = data.count(b"\n", 0, fault.start + begun) + 1
    return f"{name}:{number}"


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or posixpath.basename(name).startswith(".")


def _read(place: _Place, endings: tuple[str, ...]) -> Iterator[Office | Row | Fault]:
    if office.NAME in place.names:
        try:
            yield office.read(place.read(office.NAME))
        except (ValueError, RecursionError, yaml.YAMLError):
            yield Fault(office.NAME, "unreadable")
    for name in sorted(place.names):
        ending = posixpath.splitext(name)[1].lower()
        if ending not in endings or _hidden(name):
            continue
        data = b""
        try:
            data = place.read(name)
            if ending == ".csv":
                for one in read_csv(BytesIO(data)):
                    yield replace(one, where=f"{name}:{one.where}")
            elif len(data) > LONGEST * 2:
                yield Fault(name, "too_large")
            else:
                text = data.decode("utf-8-sig")
                yield _markdown(name, text, place) if ending.startswith(".m") else _page(name, text, place)
        except TooMuch:
            raise
        except UnicodeDecodeError as fault:
            yield Fault(_line(name, data, fault), "not_utf8")
        except markdown.Tangled:
            yield Fault(name, "tangled")
        except (ValueError, RuntimeError, OSError, zipfile.BadZipFile, NotImplementedError):
            yield Fault(name, "unreadable")


def _markdown(name: str, text: str, place: _Place) -> Row | Fault:
    front, rest = markdown.split(text)
    try:
        known = office.load(front) if front.strip() else {}
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        return Fault(f"{name}:{mark.line + 2}" if mark else name, "front_matter")
    except (ValueError, RecursionError):
        return Fault(name, "front_matter")
    if not isinstance(known, dict):
        return Fault(name, "front_matter")
    rest, data = _parts(rest, known)
    title = _word(known.get("title"))
    html = markdown.to_html(rest)
    if not title:
        title, html = pages.take_heading(html)
    return _made(name, title, html, known, data, place)


def _page(name: str, text: str, place: _Place) -> Row | Fault:
    page = pages.read(text)
    return _made(name, page.title, page.body, {"language": page.language, "summary": page.summary}, {}, place)


def _made(
    name: str, title: str, html: str, known: dict[str, Any], data: dict[str, Any], place: _Place
) -> Row | Fault:
    if not title.strip():
        return Fault(name, "no_title")
    stem, language = _stem(name)
    tags = known.get("tags") or []
    files = _files(name, known, data, place)
    return Row(
        id=_word(known.get("id")) or stem,
        title=title.strip(),
        text=html,
        language=language_of(known.get("language") or known.get("lang")) or language,
        summary=_word(known.get("summary") or known.get("description")),
        section=_word(known.get("section") or known.get("category")) or _section(stem),
        kind=chosen(known.get("kind"), KINDS, "text"),
        visibility=chosen(known.get("visibility"), VISIBILITIES, ""),
        tags=tuple(_word(one) for one in (tags if isinstance(tags, list) else _word(tags).split(",")) if _word(one)),
        data=data,
        pictures=_pictures(name, html + "".join(_htmls(data)), place),
        where=name,
        about=office.about(known),
        files=files,
    )  # fmt: skip


def _files(
    name: str, known: dict[str, Any], data: dict[str, Any], place: _Place
) -> dict[str, Callable[[], BinaryIO]]:
    """What lies in the same zip or folder to be taken along; a film and its poster are named in `data` too."""
    found: dict[str, Callable[[], BinaryIO]] = {}
    listed = known.get("files")
    named = [("", one) for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    named += [(what, _word(known.get(what))) for what in ("film", "poster") if _word(known.get(what))]
    for what, source in named[:MOST_PICTURES]:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), source))
        if path in place.names:
            short = _NUMBER.sub("", posixpath.basename(path))
            while short in found:
                short = f"2-{short}"
            found[short] = functools.partial(place.open, path)
            if what:
                data[what] = short
    return found


def _word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _stem(name: str) -> tuple[str, str]:
    """The name without ending and language, and the language that it names."""
    stem = posixpath.splitext(name)[0]
    if match := _LANGUAGE.search(stem):
        return stem[: match.start()], match.group(1)
    parts = stem.split("/")
    for at, part in enumerate(parts[:-1]):
        if part in ("fa", "ar", "en"):
            return "/".join(parts[:at] + parts[at + 1 :]), part
    return stem, ""


def _section(stem: str) -> str:
    folder = posixpath.basename(posixpath.dirname(stem))
    return _ORDER.sub("", folder).replace("-", " ").replace("_", " ").strip()


# What a kind holds besides its text stands after marks: <!-- steps -->, each step under a heading; <!-- transcript -->.

_MARK = re.compile(r"^<!-- (steps|transcript) -->[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)


def _parts(text: str, known: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = chosen(known.get("kind"), KINDS, "text")
    data: dict[str, Any] = {}
    pieces = _MARK.split(text)
    held = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    if kind == "steps":
        parts = _HEADING.split(held.get("steps", ""))
        pairs = zip(parts[1::2], parts[2::2], strict=True)
        data["steps"] = [{"title": title.strip(), "body": markdown.to_html(body)} for title, body in pairs]
    elif kind == "video":
        data |= {
            "url": _word(known.get("video")),
            "file": None,
            "transcript": markdown.to_html(held.get("transcript", "")),
        }
    elif kind == "release":
        data |= {"version": _word(known.get("version")), "released_on": _word(known.get("released_on"))}
    elif kind == "tree":
        data |= _tree(known.get("tree"))
    return pieces[0], data


def _tree(known: Any) -> dict[str, Any]:
    known = known if isinstance(known, dict) else {}
    nodes = {}
    for key, node in (known.get("nodes") or {}).items() if isinstance(known.get("nodes"), dict) else ():
        choices = node.get("choices") if isinstance(node, dict) else None
        nodes[str(key)] = {
            "text": markdown.to_html(_word(node.get("text"))) if isinstance(node, dict) else "",
            "choices": [
                {"label": _word(one.get("label")), "to": _word(one.get("to"))}
                for one in (choices if isinstance(choices, list) else []) if isinstance(one, dict)
            ],
        }  # fmt: skip
    return {"start": _word(known.get("start")), "nodes": nodes}


def _htmls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _htmls(one)
    elif isinstance(value, list):
        for one in value:
            yield from _htmls(one)
    elif isinstance(value, str):
        yield value


def _pictures(name: str, html: str, place: _Place) -> dict[str, Callable[[], bytes]]:
    """The pictures in it that lie beside it."""
    found: dict[str, Callable[[], bytes]] = {}
    for source in pages.pictures(html)[:MOST_PICTURES]:
        path = posixpath.normpath(
            posixpath.join(posixpath.dirname(name), unquote(source.split("?")[0].split("#")[0]))
        )
        if path in place.names:
            found[source] = functools.partial(place.read, path)
    return found
