"""Articles as files: what is read, what is refused, and that what is written reads back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pelekan.knowledge import bodies
from pelekan.knowledge.files import (
    Fault,
    Row,
    read_archive,
    read_csv,
    read_markdown,
    write_archive,
    write_csv,
)
from pelekan.lib.cells import harmless, told


def test_a_csv_with_semicolons_and_a_byte_order_mark() -> None:
    text = "\ufeffID;Title;Body;Lang\n7;«تمدید»;خط یک\n8;;بی‌عنوان;fa\n9;Renew;<p>Open <b>My account</b></p>;en-GB\n"
    rows = list(read_csv(io.BytesIO(text.encode())))
    assert isinstance(rows[0], Row) and (rows[0].id, rows[0].title, rows[0].language) == ("7", "«تمدید»", "")
    assert rows[1] == Fault("3", "no_title")
    assert isinstance(rows[2], Row) and rows[2].text.startswith("<p>Open <b>") and rows[2].language == "en"


def test_a_csv_without_the_columns_says_which() -> None:
    assert list(read_csv(io.BytesIO(b"a,b\n1,2\n"))) == [
        Fault("1", "columns", {"columns": "id, title, text, language"})
    ]
    assert [one.why for one in read_csv(io.BytesIO(b"")) if isinstance(one, Fault)] == ["columns"]


def test_no_cell_is_a_formula() -> None:
    row = Row("1", '=HYPERLINK("http://example.test")', "<p>x</p>", "en", summary="@SUM(1)", section="'=1")
    out = io.BytesIO()
    write_csv([row], out)
    assert "'=HYPERLINK" in out.getvalue().decode() and "'@SUM" in out.getvalue().decode()
    out.seek(0)
    (back,) = read_csv(out)
    assert isinstance(back, Row) and (back.title, back.summary, back.section) == (
        row.title,
        row.summary,
        "'=1",
    )
    for cell in ("=1", "'=1", "''=1", "plain", "'tis"):
        assert told(harmless(cell)) == cell


def test_a_folder_of_markdown(tmp_path: Path) -> None:
    (tmp_path / "02-payments").mkdir()
    (tmp_path / "02-payments" / "renew.fa.md").write_text(
        "# تمدید\n\nمتن **مهم** ![عکس](../p/a.png)\n", "utf-8"
    )
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.png").write_bytes(b"\x89PNG")
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "front.md").write_text(
        "---\ntitle: Norway\nlanguage: en\ntags: [no, 'yes']\n---\nText | x\n", "utf-8"
    )
    (tmp_path / "broken.md").write_text("---\ntitle: [\n---\nText\n", "utf-8")
    (tmp_path / "old.md").write_bytes("# caf\xe9".encode("latin-1"))
    found = {one.where: one for one in read_markdown(tmp_path)}
    fa, en = found["02-payments/renew.fa.md"], found["en/front.md"]
    assert isinstance(fa, Row) and (fa.id, fa.title, fa.language, fa.section) == (
        "02-payments/renew", "تمدید", "fa", "payments",
    )  # fmt: skip
    assert fa.pictures["../p/a.png"]() == b"\x89PNG"
    assert isinstance(en, Row) and en.tags == ("no", "yes") and en.language == "en"
    assert [(one.where, one.why) for one in found.values() if isinstance(one, Fault)] == [
        ("broken.md:2", "front_matter"), ("old.md:1", "not_utf8"),
    ]  # fmt: skip


def test_what_is_written_reads_back_the_same() -> None:
    body = bodies.clean(
        '<h2>عنوان</h2><p dir="rtl">یک <b>دو</b> <a href="https://example.com/?a=1&amp;b=2">سه</a></p>'
        "<p>1. not a list * nor _this_ &lt;b&gt;</p><ul><li>الف</li><li>ب<ul><li>ج</li></ul></li></ul>"
        '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td colspan="2">c|d</td></tr></tbody></table>'
        '<p>x<br>y</p><pre><code>a = 1\n\nb = 2</code></pre><p><img src="/help/files/4/a.png" alt="A"></p>'
    )
    rows = [
        Row("12", 'T: "x" — #1', body, "fa", "خلاصه", "پرداخت", "text", "public", ("a, b",),
            pictures={"/help/files/4/a.png": lambda: b"png"}),
        Row("13", "Steps", "<p>intro</p>", "en", kind="steps", data={"steps": [
            {"title": "One", "body": "<p>first</p>"}, {"title": "Two", "body": "<ul>\n<li>x</li>\n</ul>"}]}),
        Row("14", "Tree", "", "en", kind="tree", data={"start": "a", "nodes": {
            "a": {"text": "<p>Light?</p>", "choices": [{"label": "yes", "to": "b"}]}, "b": {"text": "<p>End</p>", "choices": []}}}),
        Row("15", "v2", "<p>new</p>", "en", kind="release", data={"version": "2.10", "released_on": "2027-03-21"}),
    ]  # fmt: skip
    out = io.BytesIO()
    assert write_archive(rows, out) == 4
    back = {one.id: one for one in read_archive(out) if isinstance(one, Row)}
    for row in rows:
        again = back[row.id]
        assert (again.title, again.language, again.summary, again.kind, again.tags) == (
            row.title, row.language, row.summary, row.kind, row.tags,
        )  # fmt: skip
        assert again.data == row.data
    text = back["12"]
    assert bodies.plain("", "", text.text, {}).split() == bodies.plain("", "", body, {}).split()
    for kept in (
        '<p dir="rtl">',
        "<strong>دو</strong>",
        'colspan="2"',
        "https://example.com/?a=1&amp;b=2",
        "<pre><code>",
    ):
        assert kept in text.text.replace("<b>", "<strong>").replace("</b>", "</strong>"), kept
    assert [read() for read in text.pictures.values()] == [b"png"]


def test_a_zip_that_grows_beyond_measure_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../outside.md", "# x")
        archive.writestr("bomb.md", b"\0" * (11 << 20))
        archive.writestr("ok.md", "# Fine\n\ntext")
    found = list(read_archive(out))
    assert [(one.where, one.why) for one in found if isinstance(one, Fault)] == [
        ("../outside.md", "outside"), ("bomb.md", "unreadable"),
    ]  # fmt: skip
    assert [one.title for one in found if isinstance(one, Row)] == ["Fine"]
    assert list(read_archive(io.BytesIO(b"no zip"))) == [Fault("", "no_zip")]


def test_bad_rows_are_named_by_their_first_line() -> None:
    text = b'title,text,id\n"two\nlines","a\nb",1\n"A, quoted",fine,2\nNot, quoted,text,3\nEmpty,,4\n'
    rows = list(read_csv(io.BytesIO(text + b"Caf\xe9,text,5\nlast,one,6\n")))
    assert [(one.where, getattr(one, "why", one.id if isinstance(one, Row) else "")) for one in rows] == [
        ("2", "1"), ("5", "2"), ("6", "cells"), ("7", "no_text"), ("8", "not_utf8"), ("9", "6"),
    ]  # fmt: skip


def test_a_table_in_a_zip_names_file_and_line() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("old/help.csv", "title,text\nOne,text\n,text\n")
        archive.writestr("old/page.md", b"---\ntitle: x\n---\nfine\nbad \xff\n")
    assert [one.where for one in read_archive(out) if isinstance(one, Fault)] == [
        "old/help.csv:3",
        "old/page.md:5",
    ]


def test_front_matter_that_names_itself_over_and_over_is_refused() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{two}: &{two} [*{one}, *{one}]\n" for one, two in zip("abcdefgh", "bcdefghi", strict=True)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.md", f"---\ntitle: x\n{laughs}tags: *i\n---\ntext\n")
        archive.writestr("office.yaml", laughs)
    found = [(one.where, one.why) for one in read_archive(out) if isinstance(one, Fault)]
    assert found == [("office.yaml", "unreadable"), ("a.md:4", "front_matter")]


def test_one_picture_in_many_articles_is_not_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pelekan.knowledge.files.folders.MOST_READ", 100_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.png", b"\x89PNG" + b"\0" * 40_000)
        for number in range(4):
            archive.writestr(f"{number}.md", f"# Title {number}\n\n![x](p.png)\n")
    found = []
    for one in read_archive(out):
        found.append(one)
        if isinstance(one, Row) and len(found) < 3:
            assert len(one.pictures["p.png"]()) > 40_000
    rows = [one for one in found if isinstance(one, Row)]
    with pytest.raises(ValueError, match="too much"):
        rows[-1].pictures["p.png"]()
