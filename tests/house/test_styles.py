"""One style sheet for both directions: nothing in it says left or right."""

from __future__ import annotations

import re
from pathlib import Path

import pelekan

WEB = Path(pelekan.__file__).parent / "web"
PHYSICAL = re.compile(
    r"(?:margin|padding|border)-(?:left|right)\b"
    r"|(?:^|[;{\s])(?:left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    r"|(?:top|bottom)-(?:left|right)-radius"
    r"|scroll-(?:margin|padding)-(?:left|right)"
)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def physical(css: str) -> list[str]:
    return [line.strip() for line in COMMENT.sub("", css).splitlines() if PHYSICAL.search(line)]


def test_style_sheets_are_logical() -> None:
    sheets = [sheet for sheet in (WEB / "static").rglob("*.css") if "vendor" not in sheet.parts]
    assert sheets
    found = {sheet.name: lines for sheet in sheets if (lines := physical(sheet.read_text(encoding="utf-8")))}
    assert not found


def test_templates_carry_no_styles_of_their_own() -> None:
    found = [
        template.name
        for template in (WEB / "templates").rglob("*.html")
        if re.search(r"\sstyle=|<style", template.read_text(encoding="utf-8"))
    ]
    assert not found, "the content security policy would drop them"


def test_the_check_sees_what_it_shall() -> None:
    assert (
        physical("a { margin-left: 1px }")
        and physical("a {\n  left: 0\n}")
        and physical("a{text-align: right}")
    )
    assert not physical(
        "a { margin-inline-start: 1px; inset-inline-end: 0; text-align: start } /* left: 0 */"
    )
