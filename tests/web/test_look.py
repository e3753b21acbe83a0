"""Rules of the visual language that a reader would not notice being broken."""

import re
from pathlib import Path

import pytest

import pelekan.web

WEB = Path(pelekan.web.__file__).parent
SHEETS = sorted((WEB / "static" / "css").glob("*.css"))
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))

# left and right are places on a screen, not in a text: the start of a Persian line is on the right
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|left|right)\s*:"
    r"|(?:text-align|float|clear|caption-side)\s*:\s*(?:left|right)"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
)


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\{#.*?#\}", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_logical_properties_only(sheet):
    found = PHYSICAL.findall(without_comments(sheet.read_text(encoding="utf-8")))
    assert not found, f"{sheet.name}: {found}; write inline-start/inline-end"


def test_physical_properties_would_be_found():
    for line in ("left: 0", "margin-left: 1px", "text-align: right", "border-top-left-radius: 2px"):
        assert PHYSICAL.search(f".a {{ {line}; }}"), line
    assert not PHYSICAL.search(
        ".a { inset-inline-start: 0; border-start-end-radius: 1px; text-align: start }"
    )


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_token_that_is_used_has_a_value(sheet):
    text = without_comments(sheet.read_text(encoding="utf-8"))
    own = (
        text
        if sheet.name == "widget.css"
        else text + (sheet.parent / "tokens.css").read_text(encoding="utf-8")
    )
    for name in set(re.findall(r"var\((--[\w-]+)\)", text)):  # with a fallback, it may be missing
        assert f"{name}:" in own, f"{sheet.name} uses {name}, which nothing defines"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_inline_style_or_script(template):
    text = without_comments(template.read_text(encoding="utf-8"))
    assert not re.search(r"\sstyle=", text), "the content security policy forbids style attributes"
    assert not re.search(r"<style|\son\w+=\"", text)
    assert not re.search(r"<script(?![^>]*(?:\ssrc=|application/(?:ld\+)?json))", text), (
        "the content security policy forbids inline scripts"
    )


def test_every_icon_that_is_used_is_in_the_sprite():
    hook = (WEB.parent.parent / "hatch_build.py").read_text(encoding="utf-8")
    listed = set(re.search(r'ICONS = """(.*?)"""', hook, re.DOTALL)[1].split())
    for template in TEMPLATES:
        text = without_comments(template.read_text(encoding="utf-8"))
        used = re.findall(r'(?:ui\.)?icon\("([\w-]+)"', text) + re.findall(r'sign="([\w-]+)"', text)
        used += re.findall(r'icon_button\("([\w-]+)"', text)
        assert set(used) <= listed, f"{template.name}: {set(used) - listed} not in hatch_build.ICONS"
