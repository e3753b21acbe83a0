"""Among the insights: which answers are typed again and again, and how many requests have an article."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.knowledge.deflection import coverage, drafting, masking, repeated
from pelekan.knowledge.deflection.models import RepeatedAnswer, WrongMark
from pelekan.knowledge.trail.days import bounds
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets import shaping
from pelekan.tickets.models import SavedReply, Ticket
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, behind, get_object_or_404
from pelekan.web.deflection.working import editor
from pelekan.web.insights.frame import Asked, Cell, Table, asked, file, show
from pelekan.web.paths import url

PAGE = 100


@behind("see_all")
def repeated_answers(request: HttpRequest) -> HttpResponse:
    """Answers of the last 30 days that say nearly the same, the dearest first."""
    ask = asked(request)
    found = RepeatedAnswer.objects.filter(dismissed_at=None).select_related("reply", "article")
    lead = _(
        "What the team types again and again, in the last 30 days. Make a saved reply of it, or an article."
    )
    return show(
        ask, "repeated", "insights_repeated", _("Most repeated answers"), lead, plain=True,
        rows=[_repeated(row) for row in found], days=repeated.PERIOD.days, letters=repeated.LETTERS_A_MINUTE,
    )  # fmt: skip


def _repeated(row: RepeatedAnswer) -> dict[str, Any]:
    article = row.article.translations.first() if row.article else None
    return {
        "id": row.pk, "text": row.text, "dir": "ltr" if row.language == "en" else "rtl", "language": row.language,
        "count": row.count, "people": row.people, "minutes": row.minutes, "last_at": row.last_at,
        "reply": {"name": row.reply.name, "shortcut": row.reply.shortcut, "id": row.reply.pk} if row.reply else None,
        "article": editor(article) if article else "",
    }  # fmt: skip


@behind("see_all", "POST")
def make_of_repeated(request: HttpRequest, pk: int) -> HttpResponse:
    """A saved reply or an article draft of a repeated answer, or: it is as it should be."""
    row, by, act = get_object_or_404(RepeatedAnswer, pk=pk), agent(request), request.POST.get("act")
    if act == "article":
        made = drafting.of_text(row.text, title=repeated.question_of(row), language=row.language, by=by)
        RepeatedAnswer.objects.filter(pk=pk).update(article=made.article)
        return HttpResponseRedirect(editor(made))
    if act == "reply" and row.reply_id is None:
        made_reply = _reply(row, by)
        RepeatedAnswer.objects.filter(pk=pk).update(reply=made_reply)
        messages.success(
            request, _("The saved reply /%(shortcut)s is there.") % {"shortcut": made_reply.shortcut}
        )
        if found := masking.signs_in(row.text):
            words = _(
                "Where something personal stood, it says %(signs)s. Put other words there before it is sent to anybody."
            )
            messages.warning(request, words % {"signs": " ".join(found)})
    elif act == "dismiss":
        repeated.dismiss(row, by=by)
        messages.success(request, _("It is not shown any more."))
    return HttpResponseRedirect(reverse("insights_repeated"))


def _reply(row: RepeatedAnswer, by: Agent) -> SavedReply:
    name = one_line(repeated.question_of(row) or row.text, 60)
    for number in range(1, 1_000):
        try:
            return shaping.save_reply(
                None, by=by, name=name, shortcut=f"again{number}", bodies={row.language: row.text}, team=None
            )
        except CannotBe as fault:
            if fault.field != "shortcut":
                raise
    raise CannotBe("shortcut", _("Choose another shortcut."))


@behind("see_all")
def coverage_page(request: HttpRequest) -> HttpResponse:
    """The share of requests that have an article, by category; the list behind a number."""
    ask = asked(request)
    first, end = bounds(ask.first)[0], bounds(ask.last)[1]
    rows = Ticket.objects.visible_to(agent(request))
    if "category" in request.GET:
        return _behind(ask, rows, first, end)
    found = coverage.lines(rows, first, end)
    tables = [_categories(ask, found), _wrong(ask)]
    if "csv" in request.GET:
        return file("coverage", tables)
    whole, covered = sum(one.tickets for one in found), sum(one.covered for one in found)
    figures = [
        {"label": _("Requests"), "number": ask.number(whole), "href": "", "change": ""},
        {"label": _("Have an article"), "number": ask.share(covered, whole), "href": "", "change": ""},
        {"label": _("Without an article"), "number": ask.number(whole - covered), "href": "", "change": ""},
    ]  # fmt: skip
    lead = _(
        "A request has an article when one that is out belongs to its category, was sent on it as a card, or was drafted from it."
    )
    return show(
        ask, "coverage", "insights_coverage", _("Coverage"), lead, figures=figures, tables=tables,
        marks=[_mark(ask, one) for one in coverage.wrong()[:PAGE]],
    )  # fmt: skip


def _categories(ask: Asked, found: list[coverage.Line]) -> Table:
    columns = [
        (_("Category"), False), (_("Requests"), True), (_("Have an article"), True), (_("Share"), True),
        (_("Without an article"), True), (pgettext("insights", "Articles"), True),
    ]  # fmt: skip
    rows = []
    for one in found:
        name = one.path or _("Without a category")
        left = one.tickets - one.covered
        href = ask.to("insights_coverage", category=one.category or 0)
        rows.append(
            [
                Cell(name, typed=bool(one.path)), ask.count(one.tickets), ask.count(one.covered),
                ask.part(one.covered, one.tickets), ask.count(left, href, name), ask.count(one.articles),
            ]
        )  # fmt: skip
    return Table(_("By category"), columns, rows, _("No requests in this time."))


def _wrong(ask: Asked) -> Table:
    columns = [(_("Article"), False), (_("Marked as wrong"), True)]
    counted: dict[tuple[int, str], int] = {}
    for one in coverage.wrong():
        title = one.translation.published.title if one.translation.published else "?"
        counted[one.translation_id, title] = counted.get((one.translation_id, title), 0) + 1
    rows = [[Cell(title, typed=True), ask.count(number)] for (_pk, title), number in counted.items()]
    return Table(_("Articles that agents marked as wrong"), columns, rows, _("None."))


def _mark(ask: Asked, one: WrongMark) -> dict[str, Any]:
    title = one.translation.published.title if one.translation.published else "?"
    return {
        "id": one.pk, "title": title, "href": editor(one.translation), "text": one.text, "at": one.at,
        "by": one.agent.name if one.agent else "", "ticket": url("desk_ticket", one.ticket_id) if one.ticket_id else "",
    }  # fmt: skip


def _behind(ask: Asked, rows: Any, first: Any, end: Any) -> HttpResponse:
    typed = ask.request.GET.get("category", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0
    found = coverage.uncovered(rows, number or None, first, end).select_related("category")
    columns = [(_("Number"), True), (_("Subject"), False), (_("Came in"), False)]
    lines = [
        [
            Cell(f"#{ask.number(one.number)}" if one.number else "–", url("desk_ticket", one.pk), number=True, raw=one.number or ""),
            Cell(one.subject, url("desk_ticket", one.pk), typed=True), Cell(ask.reading.dates.moment(one.created_at)),
        ]
        for one in found[:PAGE]
    ]  # fmt: skip
    tables = [Table(_("Requests without an article"), columns, lines, _("None."))]
    if "csv" in ask.request.GET:
        return file("without-article", tables)
    heading = found[0].category.name if lines and found[0].category else _("Without a category")
    return show(
        ask,
        "coverage",
        "insights_coverage",
        heading,
        figures=[],
        tables=tables,
        marks=[],
        back=ask.to("insights_coverage"),
    )


@behind("see_all", "POST")
def settle_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody looked at what was marked as wrong."""
    WrongMark.objects.filter(pk=pk, settled_at=None).update(settled_at=clock(), settled_by=agent(request))
    return HttpResponseRedirect(reverse("insights_coverage"))
