"""What stands around every page of insights: its tabs, the period, how fresh the sums are; and the shapes they are made of."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.knowledge.trail import counting
from pelekan.knowledge.trail.days import today
from pelekan.lib import cells
from pelekan.lib.text import local_digits
from pelekan.lib.time import now as clock
from pelekan.web.insights.periods import Period, chosen, noon
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.shell import shell

WIDEST = 40
"""Of 720: so wide is a bar at most, where the period has only a day or two."""


@dataclass(slots=True)
class Cell:
    """`text` as the reader sees it; `raw` as a file has it; `href` to the rows behind."""

    text: str
    href: str = ""
    sub: str = ""
    number: bool = False
    raw: Any = None
    label: str = ""  # what the link leads to, for who only hears it
    typed: bool = False  # somebody's own words: their direction is their own


@dataclass(slots=True)
class Table:
    title: str
    columns: list[tuple[str, bool]]  # (name, whether numbers stand in it)
    rows: list[list[Cell]]
    empty: str = ""
    note: str = ""


@dataclass(slots=True)
class Asked:
    """What a page was asked for: the period, and the days of the one before that it is compared with."""

    request: HttpRequest
    period: Period
    reading: Reading
    first: date = field(init=False)
    last: date = field(init=False)
    first_before: date = field(init=False)
    last_before: date = field(init=False)

    def __post_init__(self) -> None:
        here = today(self.reading.now)
        self.first, self.last = self.period.first, min(self.period.last, here)
        before = self.period.before(self.reading.dates.calendar)
        self.first_before = before.first
        # a period that is not over is compared with as many days of the one before
        whole = self.last == self.period.last
        self.last_before = before.last if whole else min(before.last, before.first + (self.last - self.first))

    def number(self, number: float, places: int = 0) -> str:
        """«۱٬۲۳۴»"""
        dates = self.reading.dates
        text = f"{number:,.{places}f}"
        if dates.language[:2] in ("fa", "ar"):
            text = text.translate({ord(","): "٬", ord("."): "٫"})
        return local_digits(text, dates.digits or dates.language)

    def share(self, part: float, whole: float) -> str:
        """«۴۲٪», "–" of nothing."""
        return _("%(share)s%%") % {"share": self.number(100 * part / whole)} if whole else "–"

    def change(self, now: float, before: float) -> str:
        """«+۱۲٪» against the period before; "" where there was nothing."""
        if not before:
            return ""
        return _("%(share)s%%") % {"share": self.signed(100 * (now - before) / before)}

    def signed(self, number: float, places: int = 0) -> str:
        text = self.number(abs(number), places)
        mark = "\u200e" if number == 0 or not text.strip("0۰٠٫.") else "\u200e+" if number > 0 else "\u200e−"
        return mark + text

    def count(self, number: int, href: str = "", label: str = "") -> Cell:
        """A number; with the way to its rows when it is not nothing."""
        return Cell(self.number(number), href if number else "", number=True, raw=number, label=label)

    def part(self, part: int, whole: int) -> Cell:
        return Cell(self.share(part, whole), number=True, raw=round(100 * part / whole, 1) if whole else "")

    def to(self, name: str, *args: Any, **more: Any) -> str:
        """The address of another page for the same period."""
        return f"{url(name, *args)}?{self.period.query}" + (f"&{urlencode(more)}" if more else "")

    def date(self, day: date) -> str:
        return self.reading.dates.numeric(noon(day))


def asked(request: HttpRequest) -> Asked:
    reading = Reading(request.dates)  # type: ignore[attr-defined]
    get = request.GET
    return Asked(
        request, chosen(get.get("period", ""), get.get("on", ""), reading.dates, reading.now), reading
    )


def tabs(ask: Asked, current: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "href": ask.to(name), "current": name == current}
        for name, label in (
            ("insights", _("Visits")),
            ("insights_questions", _("What is looked for")),
            ("insights_articles", pgettext("insights", "Articles")),
            ("insights_gaps", _("Gaps")),
            ("insights_solved", _("Solved without a person")),
            ("insights_again", _("Repeat contacts")),
            ("insights_repeated", _("Repeated answers")),
            ("insights_coverage", _("Coverage")),
        )
    ]


def show(
    ask: Asked, template: str, current: str, heading: str, lead: str = "", **context: Any
) -> HttpResponse:
    """A page of insights. `here` in the period's links is the page itself with what else was chosen on it."""
    request = ask.request
    keep = {
        name: value
        for name, value in request.GET.items()
        if name not in ("period", "on", "since", "until", "csv")
    }
    dates = ask.reading.dates
    before, after = ask.period.before(dates.calendar), ask.period.after(dates.calendar)
    here = today(ask.reading.now)

    def go(period: Period) -> str:
        return f"{request.path}?{period.query}" + (f"&{urlencode(keep)}" if keep else "")

    kinds = {"week": _("Week"), "month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}
    return render(
        request,
        f"insights/{template}.html",
        {
            **shell(request, None, "insights"),
            "title": heading,
            "heading": heading,
            "lead": lead,
            "tabs": tabs(ask, current),
            "ask": ask,
            "period": {
                "name": ask.period.name(dates),
                "before": {"href": go(before), "name": before.name(dates)},
                "after": {"href": go(after), "name": after.name(dates)} if after.first <= here else None,
                "kinds": [
                    {"label": label, "href": f"{request.path}?" + urlencode({"period": kind, "on": ask.last.isoformat(), **keep}), "current": kind == ask.period.kind}
                    for kind, label in kinds.items()
                ],
                "compared": _("Changes are against %(first)s to %(last)s.")
                % {"first": ask.date(ask.first_before), "last": ask.date(ask.last_before)},
            },
            "summed_at": counting.freshness()["summed_at"],
            "export": f"{request.path}?" + urlencode({**keep, "period": ask.period.kind, "on": ask.period.first.isoformat(), "csv": "1"}),
            "told": [
                {"text": str(one), "kind": {"error": "breach", "warning": "warning"}.get(one.level_tag, "success"),
                 "undo": one.extra_tags if (one.extra_tags or "").startswith("/") else ""}
                for one in messages.get_messages(request)
            ],
            **context,
        },
        status=context.pop("status", 200),
    )  # fmt: skip


def chart(ask: Asked, title: str, values: list[int], name: str) -> dict[str, Any]:
    """Bars of each day, written from the side that the reader begins at. Long periods are put together by weeks or so."""
    size = max(1, -(-len(values) // 62))
    parts = [
        (ask.first + timedelta(days=begin), sum(values[begin : begin + size]))
        for begin in range(0, len(values), size)
    ]
    top = max([number for _day, number in parts], default=0)
    step = 720 / max(1, len(parts))
    wide = min(step * 0.7, WIDEST)
    rtl = ask.reading.dates.language[:2] in ("fa", "ar")
    bars = []
    for place, (day, number) in enumerate(parts):
        height = 0 if not top else max(1.0 if number else 0.0, 110 * number / top)
        middle = step * (place + 0.5)
        bars.append(
            {
                "x": round((720 - middle if rtl else middle) - wide / 2, 2),
                "y": round(116 - height, 2),
                "height": round(height, 2),
                "width": round(wide, 2),
                "day": ask.date(day),
                "number": ask.number(number),
            }
        )
    said = _("%(title)s: from %(first)s to %(last)s, at most %(top)s in one bar") % {
        "title": title, "first": ask.date(ask.first), "last": ask.date(ask.last), "top": ask.number(top),
    }  # fmt: skip
    return {"title": title, "bars": bars, "said": said, "name": name, "any": top > 0}


def file(name: str, tables: Iterable[Table]) -> HttpResponse:
    """The tables as CSV with a byte order mark, which spreadsheets need to read Persian. No cell is taken for a formula."""
    out = io.StringIO()
    written = cells.Table(out)
    for number, table in enumerate(tables):
        if number:
            written.row([])
        written.row([table.title])
        written.row(label for label, _number in table.columns)
        for row in table.rows:
            written.row(cell.text if cell.raw is None else cell.raw for cell in row)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{clock():%Y-%m-%d}.csv"'
    return response
