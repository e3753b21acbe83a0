"""★ Articles as a zip of Markdown with front matter, which `read_archive` reads back the same."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable
from typing import Any, BinaryIO

import yaml

from pelekan.knowledge.files import markdown, office, pages
from pelekan.knowledge.files.rows import Office, Row

_UNSAFE = re.compile(r"[^\w\u200c-]+")


def write_archive(rows: Iterable[Row], stream: BinaryIO, about: Office | None = None) -> int:
    """Each row as `section/id.language.md`, its pictures under `pictures/`, what goes along under `files/`, and first what
    they stand on. How many articles there were."""
    number, names = 0, set()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        if about is not None:
            archive.writestr(office.NAME, office.write(about))
        for row in rows:
            folder = _safe(row.section) or "articles"
            name = f"{folder}/{_safe(row.id) or 'article'}.{row.language}"
            while name in names:
                name += "-2"
            names.add(name)
            along = _along(row, archive, names)
            archive.writestr(f"{name}.md", write(_with_pictures(row, archive, names), along))
            number += 1
    return number


def _safe(text: str) -> str:
    return _UNSAFE.sub("-", text).strip("-")[:80]


def _with_pictures(row: Row, archive: zipfile.ZipFile, names: set[str]) -> Row:
    places = {}
    for source, read in row.pictures.items():
        path = "pictures/" + "/".join(_safe_name(part) for part in source.strip("/").split("/")[-2:])
        if path not in names:
            try:
                archive.writestr(path, read())
            except OSError:
                continue  # gone from the disk: the words are worth more than the picture
            names.add(path)
        places[source] = f"../{path}"
    return Row(**{**row.__dict__, "text": pages.moved(row.text, places), "data": _moved(row.data, places)})


def _along(row: Row, archive: zipfile.ZipFile, names: set[str]) -> dict[str, Any]:
    """Its films and files, written once for all of its languages; what front matter says of them."""
    said: dict[str, Any] = {}
    for number, (name, opened) in enumerate(row.files.items(), start=1):
        path = f"files/{_safe(row.id) or 'article'}/{number}-{_safe_name(name)}"
        if path not in names:
            try:
                with opened() as file, archive.open(path, "w", force_zip64=True) as out:
                    shutil.copyfileobj(file, out)
            except OSError:
                continue
            names.add(path)
        what = next((one for one in ("film", "poster") if row.data.get(one) == name), "")
        if what:
            said[what] = f"../{path}"
        else:
            said.setdefault("files", []).append(f"../{path}")
    return said


def _safe_name(name: str) -> str:
    return re.sub(r"[^\w.\u200c-]+", "-", name).strip(".-") or "picture"


def _moved(value: Any, places: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one, places) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, places) for one in value]
    return pages.moved(value, places) if isinstance(value, str) else value


def write(row: Row, along: dict[str, Any] | None = None) -> str:
    """One article as Markdown with its front matter. `along`: further lines of it."""
    front: dict[str, Any] = {"id": row.id, "title": row.title, "language": row.language, "kind": row.kind}
    for name in ("summary", "section", "visibility"):
        if value := getattr(row, name):
            front[name] = value
    if row.tags:
        front["tags"] = list(row.tags)
    parts = [markdown.from_html(row.text)]
    if row.kind == "steps":
        parts.append("<!-- steps -->")
        parts += [f"## {one.get('title', '')}\n\n{_lower(markdown.from_html(one.get('body', '')))}" for one in row.data.get("steps", [])]  # fmt: skip
    elif row.kind == "video":
        front["video"] = row.data.get("url", "")
        parts += ["<!-- transcript -->", markdown.from_html(row.data.get("transcript", ""))]
    elif row.kind == "release":
        front |= {name: str(row.data.get(name) or "") for name in ("version", "released_on")}
    elif row.kind == "tree":
        front["tree"] = _tree(row.data)
    front |= office.front(row.about) | (along or {})
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n" + "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _lower(text: str) -> str:
    """Headings inside a step stand below the step's own."""
    return re.sub(r"^## ", "### ", text, flags=re.MULTILINE)


def _tree(data: dict[str, Any]) -> dict[str, Any]:
    nodes = {
        key: {
            "text": markdown.from_html(node.get("text", "")).strip(),
            "choices": [{"label": one["label"], "to": one["to"]} for one in node.get("choices", [])],
        }
        for key, node in data.get("nodes", {}).items()
    }
    return {"start": data.get("start", ""), "nodes": nodes}
