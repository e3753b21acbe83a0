"""Solved without a person: the formula, the numbers, the visits behind them, and the hold-out group."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.knowledge.trail import counting
from pelekan.knowledge.trail.deflection import FEW, difference
from pelekan.knowledge.trail.habits import habits
from pelekan.people.access import can
from pelekan.web.admin.doors import agent, behind
from pelekan.web.insights.frame import Asked, Cell, Table, asked, chart, file, show
from pelekan.web.insights.visits import names_of
from pelekan.web.paths import url

FIELDS = ("looked", "solved", "requested", "pending")


@behind("see_all")
def overview(request: HttpRequest) -> HttpResponse:
    ask = asked(request)
    rows = counting.by_day(ask.first, ask.last, FIELDS)
    tables = [*(_side(ask, of, title) for of, title in (("place", _("Where")), ("who", _("Known or not")), ("group", _("Customer groups")))), _days(ask, rows)]  # fmt: skip
    tables = [table for table in tables if table.rows]
    if "csv" in request.GET:
        return file("solved", tables)
    now, before = counting.total(ask.first, ask.last), counting.total(ask.first_before, ask.last_before)
    kept = habits()
    return show(
        ask, "solved", "insights_solved", _("Solved without a person"), figures=_figures(ask, now, before), now=now,
        before_share=ask.share(before["solved"], before["looked"]), formula=_formula(ask, now), tables=tables, kept=kept,
        window=ngettext("%(num)s day", "%(num)s days", kept.window_days) % {"num": ask.number(kept.window_days)},
        seconds=ngettext("%(count)s second", "%(count)s seconds", kept.read_seconds) % {"count": ask.number(kept.read_seconds)},
        chart=chart(ask, _("Solved without a person, by day"), [row["solved"] for row in rows], _("Solved")),
        trial=_trial(ask), settings=url("settings_footsteps") if can(agent(request), "settings") else "",
    )  # fmt: skip


def _left(sums: dict[str, int]) -> int:
    return sums["looked"] - sums["solved"] - sums["requested"]


def _figures(ask: Asked, now: dict[str, int], before: dict[str, int]) -> list[dict[str, Any]]:
    def to(verdict: str) -> str:
        return ask.to("insights_visits", verdict=verdict)

    rows = [
        (_("Looked for something"), now["looked"], "looked", ask.change(now["looked"], before["looked"])),
        (_("Solved without a person"), now["solved"], "solved", ask.share(now["solved"], now["looked"])),
        (_("A request followed"), now["requested"], "requested", ask.share(now["requested"], now["looked"])),
        (_("Went away, nobody knows"), _left(now), "left", ask.share(_left(now), now["looked"])),
        (_("Window still open"), now["pending"], "pending", ""),
    ]
    return [
        {
            "label": label,
            "number": ask.number(number),
            "href": to(verdict) if number else "",
            "change": change,
        }
        for label, number, verdict, change in rows
    ]


def _formula(ask: Asked, now: dict[str, int]) -> dict[str, str]:
    return {
        "solved": ask.number(now["solved"]),
        "looked": ask.number(now["looked"]),
        "share": ask.share(now["solved"], now["looked"]),
    }


def _side(ask: Asked, of: str, title: str) -> Table:
    rows = [(key, sums) for key, sums in counting.by_key(ask.first, ask.last, of, "looked", 50)]
    names = names_of(of, [key for key, _sums in rows])
    lines = [[Cell(names[key], typed=of == "group"), *_cells(ask, sums, of, key)] for key, sums in rows]
    return Table(title, _columns(title), lines)


def _columns(first: str) -> list[tuple[str, bool]]:
    return [
        (first, False), (_("Looked"), True), (_("Solved"), True), (_("Share"), True), (_("Request"), True),
        (_("Went away"), True), (_("Still open"), True),
    ]  # fmt: skip


def _cells(ask: Asked, sums: dict[str, int], of: str, key: str) -> list[Cell]:
    def to(verdict: str) -> str:
        return ask.to("insights_visits", of=of, key=key, verdict=verdict)

    return [
        ask.count(sums["looked"], to("looked")), ask.count(sums["solved"], to("solved")), ask.part(sums["solved"], sums["looked"]),
        ask.count(sums["requested"], to("requested")), ask.count(_left(sums), to("left")), ask.count(sums["pending"], to("pending")),
    ]  # fmt: skip


def _days(ask: Asked, rows: list[dict[str, int]]) -> Table:
    lines = []
    for place, sums in enumerate(rows):
        day = ask.first + timedelta(days=place)
        if sums["looked"] or sums["pending"]:

            def to(verdict: str, on: str = day.isoformat()) -> str:
                return f"{url('insights_visits')}?period=week&on={on}&since={on}&until={on}&verdict={verdict}"

            lines.append(
                [
                    Cell(ask.date(day), raw=day.isoformat()), ask.count(sums["looked"], to("looked")), ask.count(sums["solved"], to("solved")),
                    ask.part(sums["solved"], sums["looked"]), ask.count(sums["requested"], to("requested")),
                    ask.count(_left(sums), to("left")), ask.count(sums["pending"], to("pending")),
                ]
            )  # fmt: skip
    return Table(_("Day by day"), _columns(_("Day")), lines[::-1])


def _trial(ask: Asked) -> dict[str, Any] | None:
    """What the hold-out group says; None while there is none."""
    held = counting.total(ask.first, ask.last, "share", "held")
    shown = counting.total(ask.first, ask.last, "share", "shown")
    if not held["visits"] and not habits().hold_out:
        return None
    found = difference((held["requested"], held["looked"]), (shown["requested"], shown["looked"]))
    lines = [
        [Cell(name), *_cells(ask, sums, "share", key)[:4]]
        for name, key, sums in ((_("Saw suggestions"), "shown", shown), (_("Saw none"), "held", held))
    ]
    columns = [
        (_("Group"), False),
        (_("Looked"), True),
        (_("Solved"), True),
        (_("Share"), True),
        (_("Request"), True),
    ]
    points = {
        "share": ask.signed(100 * found.share, 1), "low": ask.signed(100 * found.low, 1), "high": ask.signed(100 * found.high, 1),
    }  # fmt: skip
    if not found.enough:
        said = _(
            "Too few visits to say anything: each side needs at least %(few)s that looked for something. Wait, or make the group larger."
        ) % {"few": ask.number(FEW)}
    elif found.certain:
        said = (
            _("Who saw no suggestions asked a person more often, by %(share)s percentage points (95 %% interval: %(low)s to %(high)s). The suggestions save requests.")
            if found.share > 0
            else _("Who saw no suggestions asked a person less often, by %(share)s percentage points (95 %% interval: %(low)s to %(high)s). The suggestions do harm: look at them.")
        ) % points  # fmt: skip
    else:
        said = (
            _(
                "No difference that chance could not make: %(share)s percentage points (95 %% interval: %(low)s to %(high)s)."
            )
            % points
        )
    table = Table(_("Hold-out group"), columns, lines)
    return {
        "said": said,
        "table": table,
        "kind": "info" if not found.certain else "success" if found.share > 0 else "warning",
    }
