"""Who comes, and the visits behind each number."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pelekan.knowledge.trail import counting, days
from pelekan.knowledge.trail.habits import habits
from pelekan.knowledge.trail.models import Question, Reading, Visit
from pelekan.lib.text import whole
from pelekan.people.models import Customer, CustomerGroup, Organization
from pelekan.web.admin.doors import behind
from pelekan.web.insights.frame import Asked, Cell, Table, asked, chart, file, show
from pelekan.web.insights.words import LANGUAGES, place_name, verdict_name
from pelekan.web.paths import url

ENOUGH = 60  # visits on one page of rows; days are not cut
MOST_A_DAY = 2_000
FIGURES = ("visits", "questions", "readings", "looked")


@behind("see_all")
def overview(request: HttpRequest) -> HttpResponse:
    """Visits by day, by who comes, from where and in which language."""
    ask = asked(request)
    tables = [_table(ask, title, of) for of, title in _kinds()]
    if "csv" in request.GET:
        return file("visits", tables)
    now, before = counting.total(ask.first, ask.last), counting.total(ask.first_before, ask.last_before)
    labels = {
        "visits": (_("Visits"), ask.to("insights_visits")),
        "questions": (_("Questions typed"), ask.to("insights_questions")),
        "readings": (_("Articles opened"), ask.to("insights_articles")),
        "looked": (_("Visits that looked for something"), ask.to("insights_visits", verdict="looked")),
    }
    figures = [
        {
            "label": labels[name][0], "number": ask.number(now[name]), "href": labels[name][1] if now[name] else "",
            "change": ask.change(now[name], before[name]),
        }
        for name in FIGURES
    ]  # fmt: skip
    bars = [row["visits"] for row in counting.by_day(ask.first, ask.last, ["visits"])]
    lead = _(
        "Who comes to the help centre, and what they do there. Only your own counts: no third party sees anything."
    )
    return show(
        ask, "report", "insights", _("Visits"), lead, figures=figures, chart=chart(ask, _("Visits by day"), bars, _("Visits")),
        tables=[table for table in tables if table.rows] or tables[:1],
    )  # fmt: skip


def _kinds() -> list[tuple[str, str]]:
    return [
        ("who", _("Known or not")),
        ("group", _("Customer groups")),
        ("organization", _("Organizations")),
        ("plan", _("Plans")),
        ("language", _("Languages")),
        ("place", _("Where")),
    ]


def _table(ask: Asked, title: str, of: str) -> Table:
    rows = counting.by_key(ask.first, ask.last, of, "visits", 50)
    before = dict(counting.by_key(ask.first_before, ask.last_before, of, "visits", 500)) if rows else {}
    names = names_of(of, [key for key, _sums in rows])
    whole = counting.total(ask.first, ask.last)["visits"] if rows else 0
    lines = []
    for key, sums in rows:
        href = ask.to("insights_visits", of=of, key=key)
        label = _("Show the visits of “%(name)s”") % {"name": names[key]}
        settled = sums["looked"]
        lines.append(
            [
                Cell(names[key], raw=names[key], typed=of in ("group", "organization", "plan")),
                ask.count(sums["visits"], href, label),
                ask.part(sums["visits"], whole),
                Cell(
                    ask.change(sums["visits"], before.get(key, {}).get("visits", 0)) or "–", number=True,
                    raw=before.get(key, {}).get("visits", 0),
                ),
                ask.count(sums["questions"]),
                ask.count(sums["readings"]),
                ask.part(sums["solved"], settled),
            ]
        )  # fmt: skip
    columns = [
        (title, False), (_("Visits"), True), (_("Share"), True), (_("Change"), True), (_("Questions"), True),
        (_("Readings"), True), (_("Solved alone"), True),
    ]  # fmt: skip
    return Table(title, columns, lines, _("Nobody came in this time."))


def names_of(of: str, keys: list[str]) -> dict[str, str]:
    """How what sums are kept under is called now."""
    if of == "who":
        known = {"customer": _("Signed-in customers"), "anonymous": _("Not signed in")}
        return {key: known.get(key, key) for key in keys}
    if of == "place":
        return {key: place_name(key) for key in keys}
    if of == "language":
        return {key: LANGUAGES.get(key, key) for key in keys}
    if of in ("group", "organization"):
        model = CustomerGroup if of == "group" else Organization
        rows = dict(
            model.objects.filter(pk__in=[pk for key in keys if (pk := whole(key)) is not None]).values_list(
                "pk", "name"
            )
        )
        return {key: rows.get(whole(key) or 0) or _("No longer there") for key in keys}
    return {key: key for key in keys}


@behind("see_all")
def rows(request: HttpRequest) -> HttpResponse:
    """The visits behind a number: of one kind (`of`, `key`), with what became of them (`verdict`), whole days at a time."""
    ask = asked(request)
    of, key, verdict = (request.GET.get(name, "") for name in ("of", "key", "verdict"))
    since = max(_day(request, "since", ask.first), ask.first)
    until = min(_day(request, "until", ask.last), ask.last)
    found, earlier = _found(since, until, of, key, verdict, ask)
    table = _lines(ask, found)
    if "csv" in request.GET:
        return file("visit-rows", [table])
    name = (
        names_of(of, [key])[key]
        if of and (of not in ("group", "organization") or whole(key) is not None)
        else ""
    )
    told = verdict_name(verdict) if verdict in ("pending", "requested", "solved", "left") else ""
    heading = " · ".join(part for part in (name, told) if part) or _("All visits")
    gone = not found and Visit.objects.count() == 0
    return show(
        ask, "rows", "insights_solved" if verdict else "insights", heading, tables=[table],
        back=ask.to("insights_solved" if verdict else "insights"), gone=gone, keep_days=habits().keep_days,
        earlier=ask.to("insights_visits", of=of, key=key, verdict=verdict, since=since.isoformat(), until=earlier.isoformat()) if earlier else "",
    )  # fmt: skip


def _day(request: HttpRequest, name: str, usual: date) -> date:
    """A day that the address names; `usual` for none, and for what is none."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return usual


def _found(
    first: date, until: date, of: str, key: str, verdict: str, ask: Asked
) -> tuple[list[dict[str, Any]], date | None]:
    """Whole days, the latest first, until there are enough; and the day to go on with."""
    kept, found = habits(), []
    have = set(counting_days(first, until, of, key))
    for day in sorted(have, reverse=True):
        low, high = days.bounds(day)
        wanted: dict[int, dict[str, Any]] = {
            row["id"]: dict(row)
            for row in Visit.objects.filter(began_at__gte=low, began_at__lt=high)
            .order_by("-began_at")
            .values(
                "id", "key", "customer", "organization", "plan", "groups", "language", "place", "held_out", "ticket",
                "ticket__created_at", "ticket__number", "ticket__subject", "began_at", "last_at",
            )[:MOST_A_DAY]
        }  # fmt: skip
        for visit, said in days.verdicts(wanted, (low, high), ask.reading.now, kept):
            sides = [
                *days.sides(visit, visit["place"], visit["language"]),
                ("share", "held" if visit["held_out"] else "shown"),
            ]
            if of and (of, key) not in sides:
                continue
            if verdict == "looked" and said not in ("solved", "requested", "left"):
                continue
            if verdict and verdict != "looked" and said != verdict:
                continue
            found.append({**visit, "said": said})
        if len(found) >= ENOUGH:
            rest = [one for one in have if one < day]
            return found, max(rest) if rest else None
    return found, None


def counting_days(first: date, until: date, of: str, key: str) -> list[date]:
    """The days on which there were such visits."""
    numbers = counting.by_day(first, until, ["visits"], of or "all", key if of else "")
    return [first + timedelta(days=place) for place, row in enumerate(numbers) if row["visits"]]


def _lines(ask: Asked, found: list[dict[str, Any]]) -> Table:
    ids = [row["id"] for row in found]
    questions = dict(Question.objects.filter(visit__in=ids).values_list("visit").annotate(Count("pk")))
    readings = dict(Reading.objects.filter(visit__in=ids).values_list("visit").annotate(Count("pk")))
    names = dict(
        Customer.objects.filter(pk__in={row["customer"] for row in found if row["customer"]}).values_list(
            "pk", "name"
        )
    )
    lines = []
    for row in found:
        who = names.get(row["customer"])
        number = row["ticket__number"]
        ticket = f"#{ask.reading.digits(number)}" if number else row["ticket__subject"] or _("Request")
        lines.append(
            [
                Cell(ask.reading.moment(row["began_at"]), raw=row["began_at"].isoformat(), href=url("insights_visit", row["id"]),
                     label=_("What was done in this visit")),
                Cell(who or _("Not signed in"), url("customer", row["customer"]) if who else "", raw=who or "", typed=True),
                Cell(LANGUAGES.get(row["language"], row["language"])),
                Cell(place_name(row["place"])),
                ask.count(questions.get(row["id"], 0)),
                ask.count(readings.get(row["id"], 0)),
                Cell(verdict_name(row["said"]), sub=_("Saw no suggestions") if row["held_out"] else ""),
                Cell(ticket, url("desk_ticket", row["ticket"])) if row["ticket"] else Cell("–", raw=""),
            ]
        )  # fmt: skip
    columns = [
        (_("When"), False), (_("Who"), False), (_("Language"), False), (_("Where"), False), (_("Questions"), True),
        (_("Readings"), True), (_("What became of it"), False), (_("Request"), False),
    ]  # fmt: skip
    return Table(_("Visits"), columns, lines, _("No visit in this time."))
