"""Repeat contacts: how many came again while a request of theirs was open, and who they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pelekan.knowledge.trail import again
from pelekan.knowledge.trail.models import Repeat, RepeatKind
from pelekan.lib.text import whole
from pelekan.tickets.models import Category, Channel, Ticket
from pelekan.web.admin.doors import agent, behind
from pelekan.web.insights.frame import Asked, Cell, Table, asked, chart, file, show
from pelekan.web.insights.periods import around
from pelekan.web.paths import url

PAGE = 200
IN_FILE = 5_000
BEGAN = (RepeatKind.REQUEST, RepeatKind.CHAT)
OF_KINDS: dict[str, tuple[str, ...]] = {"began": BEGAN, "news": (RepeatKind.NEWS,)}
Sums = tuple[int, int, int]
"""Requests and chats that began, of these repeat contacts, lines that asked for news."""


@behind("see_all")
def overview(request: HttpRequest) -> HttpResponse:
    ask = asked(request)
    repeats, begun = again.counted(ask.first, ask.last), again.begun(ask.first, ask.last)
    tables = [_weeks(ask, repeats, begun), _channels(ask, repeats, begun), _categories(ask)]
    if "csv" in request.GET:
        return file("repeat-contacts", tables)
    now, before = _sums(repeats, begun), again.totals(ask.first_before, ask.last_before)
    days = [ask.first + timedelta(days=number) for number in range((ask.last - ask.first).days + 1)]
    by_day = dict.fromkeys(days, 0)
    for (day, _channel, _kind), many in repeats.items():
        by_day[day] += many
    return show(
        ask, "again", "insights_again", _("Repeat contacts"), _("Who asks again has not heard enough: the fewer, the better."),
        figures=_figures(ask, now, before), tables=tables, before=before[0] and ask.share(before[1], before[0]), pause=again.PAUSE.seconds // 60,
        formula={"again": ask.number(now[1]), "begun": ask.number(now[0]), "share": ask.share(now[1], now[0])},
        chart=chart(ask, _("Repeat contacts by day"), list(by_day.values()), _("Repeat contacts")),
    )  # fmt: skip


def _sums(
    repeats: dict[tuple[date, str, str], int],
    begun: dict[tuple[date, str], int],
    fits: Callable[[date, str], bool] = lambda _day, _channel: True,
) -> Sums:
    """Of the days and channels that fit."""
    all_ = sum(many for (day, channel), many in begun.items() if fits(day, channel))
    mine = [(kind, many) for (day, channel, kind), many in repeats.items() if fits(day, channel)]
    news = sum(many for kind, many in mine if kind == RepeatKind.NEWS)
    return all_, sum(many for _kind, many in mine) - news, news


def _figures(ask: Asked, now: Sums, before: Sums) -> list[dict[str, Any]]:
    def to(only: str) -> str:
        return ask.to("insights_again_rows", only=only)

    return [
        {"label": _("Requests and chats that began"), "number": ask.number(now[0]), "href": "", "change": ask.change(now[0], before[0])},
        {"label": _("Began while one was open"), "number": ask.number(now[1]), "href": to("began") if now[1] else "", "change": ask.change(now[1], before[1])},
        {"label": _("Their share"), "number": ask.share(now[1], now[0]), "href": "", "change": ""},
        {"label": _("Asked for news"), "number": ask.number(now[2]), "href": to("news") if now[2] else "", "change": ask.change(now[2], before[2])},
    ]  # fmt: skip


def _columns(first: str) -> list[tuple[str, bool]]:
    return [(first, False), (_("Began"), True), (_("Began while one was open"), True), (_("Share"), True), (_("Asked for news"), True)]  # fmt: skip


def _cells(ask: Asked, sums: Sums, to: Callable[[str], str], name: str) -> list[Cell]:
    return [
        ask.count(sums[0]), ask.count(sums[1], to("began"), name), ask.part(sums[1], sums[0]), ask.count(sums[2], to("news"), name),
    ]  # fmt: skip


def _weeks(
    ask: Asked, repeats: dict[tuple[date, str, str], int], begun: dict[tuple[date, str], int]
) -> Table:
    """The reader's weeks, the newest first; one that reaches over the period's end counts its days within."""
    lines, day = [], ask.last
    while day >= ask.first:
        first, last = max(around("week", day, ask.reading.dates.calendar).first, ask.first), day
        sums = _sums(repeats, begun, lambda on, _channel, first=first, last=last: first <= on <= last)  # type: ignore[misc]

        def to(only: str, first: date = first, last: date = last) -> str:
            return ask.to("insights_again_rows", only=only, since=first.isoformat(), until=last.isoformat())

        name = _("%(first)s to %(last)s") % {"first": ask.date(first), "last": ask.date(last)}
        if any(sums):
            lines.append([Cell(name, raw=first.isoformat()), *_cells(ask, sums, to, name)])
        day = first - timedelta(days=1)
    return Table(_("By week"), _columns(_("Week")), lines, _("Nobody wrote in this time."))


def _channels(
    ask: Asked, repeats: dict[tuple[date, str, str], int], begun: dict[tuple[date, str], int]
) -> Table:
    names = dict(Channel.choices)
    there = {channel for _day, channel in begun} | {channel for _day, channel, _kind in repeats}
    lines = []
    for key in sorted(there, key=lambda one: str(names.get(one, one))):
        sums = _sums(repeats, begun, lambda _day, channel, key=key: channel == key)  # type: ignore[misc]
        name = str(names.get(key, key))

        def to(only: str, key: str = key) -> str:
            return ask.to("insights_again_rows", only=only, channel=key)

        lines.append([Cell(name, raw=key), *_cells(ask, sums, to, name)])
    return Table(_("By channel"), _columns(_("Channel")), lines, _("Nobody wrote in this time."))


def _categories(ask: Asked) -> Table:
    found = again.by_category(ask.first, ask.last)
    total, names = (
        sum(many for _pk, many in found),
        Category.objects.in_bulk([pk for pk, _many in found if pk]),
    )
    lines = []
    for pk, many in found:
        name = names[pk].named(ask.reading.dates.language) if pk in names else _("Without a category")
        href = ask.to("insights_again_rows", category=pk or 0)
        lines.append([Cell(name, typed=pk in names), ask.count(many, href, name), ask.part(many, total)])
    columns = [(_("Category"), False), (_("Repeat contacts"), True), (_("Of all"), True)]
    note = _("The category of the request that was open.") if lines else ""
    return Table(_("By category"), columns, lines, _("None."), note)


@behind("see_all")
def rows(request: HttpRequest) -> HttpResponse:
    """The contacts behind a number, with the request that was open."""
    ask = asked(request)
    get = request.GET
    first, last = _day(get.get("since", ""), ask.first, ask), _day(get.get("until", ""), ask.last, ask)
    only, channel, category = get.get("only", ""), get.get("channel", ""), get.get("category", "")
    found = again.rows(
        first, last, kinds=OF_KINDS.get(only, ()), channel=channel if channel in Channel.values else "",
        category=whole(category),
    )  # fmt: skip
    in_file = "csv" in get
    contacts = list(found[: IN_FILE if in_file else PAGE + 1])
    table = _table(ask, request, contacts if in_file else contacts[:PAGE])
    if in_file:
        return file("repeat-contacts-rows", [table])
    if len(contacts) > PAGE:
        table.note = _("Only the newest %(count)s are shown; the file has more.") % {"count": ask.number(PAGE)}  # fmt: skip
    return show(
        ask, "rows", "insights_again", _("Repeat contacts"), tables=[table], back=ask.to("insights_again"), gone=False, earlier="",
    )  # fmt: skip


def _day(text: str, otherwise: date, ask: Asked) -> date:
    try:
        return min(max(date.fromisoformat(text), ask.first), ask.last)
    except ValueError:
        return otherwise


def _table(ask: Asked, request: HttpRequest, contacts: list[Repeat]) -> Table:
    ids = {pk for one in contacts for pk in (one.ticket_id, one.earlier_id)}
    seen = set(Ticket.objects.visible_to(agent(request)).filter(pk__in=ids).values_list("pk", flat=True))

    def of(ticket: Ticket) -> Cell:
        if ticket.pk not in seen:
            return Cell(_("A ticket that you don't see"), raw="")
        number = f"#{ask.reading.digits(ticket.number)} " if ticket.number else ""
        return Cell(f"{number}{ticket.subject or _('Request')}", url("desk_ticket", ticket.pk), typed=True)

    channels, lines = dict(Channel.choices), []
    for one in contacts:
        lines.append(
            [
                Cell(ask.reading.moment(one.at), raw=one.at.isoformat()), Cell(str(RepeatKind(one.kind).label)),
                Cell(str(channels.get(one.channel, one.channel))), of(one.ticket), of(one.earlier),
            ]
        )  # fmt: skip
    columns = [(_("When"), False), (_("How"), False), (_("Channel"), False), (_("Came with"), False), (_("Was open"), False)]  # fmt: skip
    return Table(_("Repeat contacts"), columns, lines, _("None."))
