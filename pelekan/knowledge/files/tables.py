"""★ Articles in a CSV: id, title, text, language and, where there are such columns, summary, section, kind, visibility, tags."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from pelekan.knowledge.files.rows import LONGEST, VISIBILITIES, Fault, Row, chosen, language_of
from pelekan.lib.cells import Table, told
from pelekan.lib.html import from_text

COLUMNS = ("id", "title", "text", "language", "summary", "section", "kind", "visibility", "tags")
_ALSO = {"body": "text", "content": "text", "html": "text", "lang": "language", "locale": "language", "category": "section"}  # fmt: skip
_HTML = re.compile(
    r"</?(?:p|br|h[1-6]|ul|ol|li|div|table|strong|em|b|i|a|img|blockquote|pre)\b[^>]*>", re.IGNORECASE
)
_FOREIGN = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as Python keeps them


def read_csv(stream: BinaryIO) -> Iterator[Row | Fault]:
    """The rows one by one, however many. UTF-8 (with or without its mark) or UTF-16; comma, semicolon or tab. Text that
    holds HTML is taken as HTML, any other text as paragraphs."""
    csv.field_size_limit(LONGEST * 2)
    lines = io.TextIOWrapper(stream, _encoding(stream), errors="surrogateescape", newline="")
    first = lines.readline()
    rows = csv.reader(_from(first, lines), delimiter=_delimiter(first))
    try:
        names = [_name(one) for one in next(rows, [])]
    except csv.Error:
        names = []
    if "title" not in names or "text" not in names:
        yield Fault("1", "columns", {"columns": ", ".join(COLUMNS[:4])})
        return
    while True:
        where = str(rows.line_num + 1)  # a row may go over several lines: its first one is named
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield Fault(where, "unreadable")
            continue
        except UnicodeError:  # UTF-16 cut in the middle: nothing after it can be read
            yield Fault(where, "not_utf8")
            return
        if any(cell.strip() for cell in cells):
            yield _row(names, cells, where)


def _encoding(stream: BinaryIO) -> str:
    head = stream.read(3)
    stream.seek(0)
    return "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _from(first: str, lines: Iterable[str]) -> Iterator[str]:
    yield first
    yield from lines


def _delimiter(first: str) -> str:
    return max(",;\t", key=first.count)


def _name(text: str) -> str:
    word = text.strip().lower().replace(" ", "_")
    return _ALSO.get(word, word)


def _row(names: list[str], cells: list[str], where: str) -> Row | Fault:
    if any(_FOREIGN.search(cell) for cell in cells):
        return Fault(where, "not_utf8")
    if any(cell.strip() for cell in cells[len(names) :]):  # a separator in a text that nobody quoted
        return Fault(where, "cells", {"cells": len(cells), "columns": len(names)})
    values = {name: told(value).strip() for name, value in zip(names, cells, strict=False)}
    title, text = values.get("title", ""), values.get("text", "")
    if not title:
        return Fault(where, "no_title")
    if not text:
        return Fault(where, "no_text")
    if len(text) > LONGEST:
        return Fault(where, "too_large")
    return Row(
        id=values.get("id", ""),
        title=title,
        text=text if _HTML.search(text) else from_text(text),
        language=language_of(values.get("language")),
        summary=values.get("summary", ""),
        section=values.get("section", ""),
        kind=chosen(values.get("kind"), ("text", "faq"), "text"),
        visibility=chosen(values.get("visibility"), VISIBILITIES, ""),
        tags=tuple(one.strip() for one in re.split(r"[,،;]", values.get("tags", "")) if one.strip()),
        where=where,
    )


def write_csv(rows: Iterable[Row], stream: BinaryIO) -> None:
    """The same columns, in UTF-8 with its mark, which spreadsheets need. No cell is a formula (see `lib.cells`)."""
    lines = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    table = Table(lines)
    table.row(COLUMNS)
    for row in rows:
        cells = (row.id, row.title, row.text, row.language, row.summary, row.section, row.kind, row.visibility, ", ".join(row.tags))  # fmt: skip
        table.row(cells)
    lines.flush()
    lines.detach()
