"""Files that were made to break what reads them: each ends soon, with a word that says why, and the rest comes in."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path

import pytest
import yaml

import pelekan
from pelekan.knowledge import bodies, outlines
from pelekan.knowledge.community import marks
from pelekan.knowledge.files import Fault, Row, markdown, office, read_archive
from pelekan.knowledge.files.folders import read_page
from pelekan.knowledge.files.words import words

LONG = 2.0  # seconds of this process alone
NESTED = {
    "quotes": ">" * 1_000 + " x",
    "quotes apart": "> " * 5_000 + "x",
    "lists": "\n".join("  " * n + "- x" for n in range(300)),
    "lists in a line": "- " * 3_000 + "x",
    "brackets": "[" * 100_000,
    "pictures": "![" * 50_000,
    "links": "[a](<b" * 20_000,
    "links in links": "[a" * 10_000 + "](b)" * 10_000,
    "comments": "<!--" * 30_000,
    "comments in a list": "- <!--\n" * 8_000,
    "stars": "*a_ " * 25_000,
    "struck": "~~a" * 30_000,
    "declarations": "<?" * 50_000,
    "elements": "<div>" * 100_000 + "x",
    "closed elements": "<div>" * 5_000 + "x" + "</div>" * 5_000,
    "cells": "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|x\n" * 500,
    "no table": "x\n" + "| [[[[<!--\n" * 15_000,
}


def spent(work, *given):  # type: ignore[no-untyped-def]
    begun = time.process_time()
    made = work(*given)
    assert time.process_time() - begun < LONG
    return made


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_hx_25_markdown_ends_soon_on_the_way_in_and_out(text: str) -> None:
    one = spent(read_page, "a.md", f"# Title\n\n{text}\n".encode())
    assert isinstance(one, (Row, Fault))
    if isinstance(one, Fault):
        assert one.why in ("tangled", "too_large") and words(one)
        return
    body = spent(bodies.clean, one.text)
    spent(bodies.plain, "", "", body, {})
    spent(markdown.from_html, body)


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_hx_25_the_community_and_trees_too(text: str) -> None:
    source = marks.tidy(text)
    spent(marks.to_html, source)
    spent(marks.plain, source)
    spent(outlines.parse, text[:200_000])


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_hx_25_pages_of_html_too(text: str) -> None:
    made = spent(read_page, "a.html", f"<h1>Title</h1>{text}".encode())
    if isinstance(made, Row):
        spent(bodies.clean, made.text)


def test_hx_25_what_people_write_is_taken() -> None:
    """A long list of links, a long table of them, a table that stayed HTML."""
    rows = range(2_500)
    for text in (
        "\n".join(f"- [Step {n}](https://example.com/{n}) *now*" for n in rows),
        "| a | b |\n|---|---|\n"
        + "\n".join(f"| [Step {n}](https://example.com/{n}) | **b** |" for n in rows),
        "<table><tbody>" + '<tr><td colspan="2">a</td></tr>\n' * 2_500 + "</tbody></table>",
    ):
        made = read_page("a.md", f"# T\n\n{text}".encode())
        assert isinstance(made, Row) and made.text.count("<tr") + made.text.count("<li") >= 2_500


LAUGHS = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))  # fmt: skip
YAML = {
    "aliases": LAUGHS,
    "itself": "a: &a [*a]\n",
    "merged": "base: &b {title: x}\n<<: *b\n",
    "deep": "a: " + "[" * 20_000 + "\n",
    "deep maps": "".join(" " * n + "a:\n" for n in range(1_000)),
}
TAGS = ("!!python/object/apply:os.system ['touch /tmp/never']", "!!python/name:os.system", "!!python/object/new:subprocess.Popen [[id]]", "!!binary aGk=", "!!timestamp 2020-01-01", "!x y")  # fmt: skip


@pytest.mark.parametrize("front", YAML.values(), ids=YAML)
def test_in_08_front_matter_that_grows_is_refused(front: str) -> None:
    made = spent(read_page, "a.md", f"---\n{front}---\n# Title\n\ntext\n".encode())
    assert isinstance(made, Fault) and made.why == "front_matter"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(office.NAME, front)
        archive.writestr("fine.md", "# Fine\n\ntext")
    found = list(spent(read_archive, packed))
    assert [one.why for one in found if isinstance(one, Fault)] == ["unreadable"]
    assert [one.title for one in found if isinstance(one, Row)] == ["Fine"]


@pytest.mark.parametrize("tag", TAGS)
def test_in_08_a_tag_makes_nothing_but_text(tag: str) -> None:
    try:
        said = office.load(f"title: {tag}")["title"]
    except yaml.YAMLError:
        return
    assert isinstance(said, (str, list, dict)) and "!!" not in str(said)
    assert not Path("/tmp/never").exists()


def test_in_08_entities_of_a_page_name_no_file() -> None:
    page = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY l "lol">'
        + "".join(f'<!ENTITY l{n} "&l{n - 1 if n else ""};&l{n - 1 if n else ""};">' for n in range(30))
        + "]><html><body><h1>Title</h1><p>&x; &l29; &amp; words</p></body></html>"
    )
    made = spent(read_page, "a.html", page.encode())
    assert isinstance(made, Row)
    body = bodies.clean(made.text)
    assert "root:" not in body and len(body) < 5_000 and "words" in body


def test_in_08_nothing_of_ours_reads_pickles_or_foreign_yaml() -> None:
    """Caches hold text; YAML is read in one place."""
    root = Path(pelekan.__file__).parent
    reads = re.compile(
        r"\b(pickle|marshal|shelve|dill)\.(loads?|open)\b|yaml\.(load|unsafe_load|full_load)\(|xml\.(etree|sax|dom)|lxml"
    )
    found = {str(path.relative_to(root)) for path in root.rglob("*.py") if reads.search(path.read_text())}
    assert found <= {"knowledge/files/office.py"}, found


def packed(**files: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out


def test_hx_15_bombs_nested_zips_and_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is opened beyond its limit, no zip in a zip is opened at all, no name leads out; what is fine comes in."""
    inner = packed(**{"deep.md": b"# Deep\n\ntext"}).getvalue()
    evil = packed(
        **{
            "bomb.md": b"\0" * (11 << 20), "bomb.csv": b"title,text\n" + b"\0" * (11 << 20), "inner.zip": inner, "inner.md": inner,
            "../out.md": b"# Out", "..\\out.md": b"# Out", "/etc/cron.d/x.md": b"# Out", "a/../../out.md": b"# Out", "ok.md": b"# Fine\n\n![p](../../etc/passwd) text",
        }
    )  # fmt: skip
    found = list(spent(read_archive, evil))
    assert [one.title for one in found if isinstance(one, Row)] == ["Fine"]
    assert next(one for one in found if isinstance(one, Row)).pictures == {}
    why = {one.where: one.why for one in found if isinstance(one, Fault)}
    assert why["bomb.md"] == "unreadable" and why["bomb.csv"] == "unreadable" and "inner.zip" not in why
    assert any(where.startswith("inner.md") for where in why)
    assert sum(what == "outside" for what in why.values()) == 3  # a name that begins with a dot is passed by
    lying = bytearray(packed(**{"ok.md": b"# Fine\n\n" + b"x" * 5_000}).getvalue())
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at : at + 4] = (600 << 20).to_bytes(4, "little")  # it says that it is larger than all may be
    assert [one.why for one in read_archive(io.BytesIO(bytes(lying))) if isinstance(one, Fault)] == [
        "too_large"
    ]
