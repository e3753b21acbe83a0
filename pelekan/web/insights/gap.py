"""Gaps: what people look for in vain, by minutes lost; beginning the article that is missing, and what it changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pelekan.knowledge.models import Section
from pelekan.knowledge.trail import days, gaps, handling
from pelekan.knowledge.trail.models import Gap, GapState, Question
from pelekan.tickets.models import Ticket
from pelekan.web.admin.doors import agent, behind
from pelekan.web.insights import gap_answers
from pelekan.web.insights.frame import Asked, Cell, Table, asked, file, show
from pelekan.web.insights.words import LANGUAGES
from pelekan.web.paths import url
from pelekan.web.portal.requests import whole

TICKETS = 50


@behind("see_all")
def overview(request: HttpRequest) -> HttpResponse:
    ask = asked(request)
    state = request.GET.get("state", "")
    state = state if state in GapState.values else GapState.OPEN
    language = request.GET.get("language", "")
    language = language if language in LANGUAGES else ""
    rows = gaps.ranked(ask.first, ask.last, state=state, language=language)
    table = _table(ask, rows)
    if "csv" in request.GET:
        return file("gaps", [table])
    lost = sum(row.minutes for row in rows)
    return show(
        ask, "gaps", "insights_gaps", _("Gaps"),
        _("What people look for, or ask about, and nothing answers. The dearest first."),
        tables=[table], lost=ngettext("%(count)s minute", "%(count)s minutes", lost) % {"count": ask.number(lost)} if rows else "",
        chips=[{"label": label, "href": ask.to("insights_gaps", state=value, **({"language": language} if language else {})), "current": value == state}
               for value, label in GapState.choices],
        languages_choice=[{"label": label, "href": ask.to("insights_gaps", state=state, **({"language": code} if code else {})), "current": code == language}
                          for code, label in [("", _("All languages")), *LANGUAGES.items()]],
    )  # fmt: skip


def _table(ask: Asked, rows: list[gaps.Row]) -> Table:
    lines = []
    for row in rows:
        href = ask.to("insights_gap", row.of, row.id)
        what = LANGUAGES.get(row.language, "") if row.of == "topic" else _("Category without an article")
        lines.append(
            [
                Cell(row.name, href, what, typed=True), Cell(ask.number(row.minutes), number=True, raw=row.minutes),
                ask.count(row.questions), ask.count(row.fruitless), ask.count(row.unclicked), ask.count(row.ticketed),
                ask.count(row.tickets), ask.count(row.calls),
            ]
        )  # fmt: skip
    columns = [
        (_("What is missing"), False), (_("Minutes lost"), True), (_("Asked"), True), (_("Nothing found"), True),
        (_("Nothing opened"), True), (_("Then a request"), True), (_("Requests about it"), True), (_("Calls"), True),
    ]  # fmt: skip
    return Table(_("Gaps"), columns, lines, _("No gap of this kind in this time."))


@behind("see_all", "GET", "POST")
def one(request: HttpRequest, of: str, pk: int) -> HttpResponse:
    """One gap: what it costs and why, what was decided, what changed since."""
    ask = asked(request)
    try:
        gap = gaps.gap_of(of, pk)
    except LookupError:
        raise Http404
    if request.method == "POST":
        return _act(request, ask, gap, of, pk)
    row = gaps.sums_of(of, pk, ask.first, ask.last)
    name = gap.topic.text if gap.topic else str(gap.category)
    sections = [
        (one.pk, one.named(get_language() or "en")) for one in Section.objects.filter(archived_at=None)
    ]
    return show(
        ask, "gap", "insights_gaps", name, gap=gap, of=of, row=row, sum=_sum(ask, row) if row else None,
        said=gaps.asked_as(gap), sections=sections, article=_article(gap), tables=[_tickets(ask, gap, of)],
        effect=_effect(ask, gap, of, pk), state=gap.get_state_display(), back=ask.to("insights_gaps"),
        topic=ask.to("insights_topic", pk) if of == "topic" else "", choose=_choose(ask, request, gap, name),
    )  # fmt: skip


def _choose(ask: Asked, request: HttpRequest, gap: Gap, name: str) -> dict[str, Any] | None:
    """Articles that may answer it already: those that fit its words, or what was typed here."""
    if gap.state != GapState.OPEN:
        return None
    words = request.GET.get("find", "").strip()[:200]
    language = gap.topic.language if gap.topic else (get_language() or "en")[:2]
    found = gap_answers.fitting(words or name, by=agent(request), language=language)
    return {"words": words or name, "typed": bool(words), "found": found}


def _sum(ask: Asked, row: gaps.Row) -> dict[str, str]:
    looking = int(gaps.LOOKING.total_seconds() / 60)
    return {
        "work": ask.number(row.work / 60), "tickets": ask.number(row.tickets), "missed": ask.number(row.missed),
        "each": ask.number(looking), "looking": ask.number(row.missed * looking), "minutes": ask.number(row.minutes),
        "most": ask.number(handling.MOST.total_seconds() / 60), "call": ask.number(handling.CALL.total_seconds() / 60),
    }  # fmt: skip


def _act(request: HttpRequest, ask: Asked, gap: Gap, of: str, pk: int) -> HttpResponse:
    by, act = agent(request), request.POST.get("act", "")
    here = HttpResponseRedirect(ask.to("insights_gap", of, pk))
    if act == "draft":
        section = Section.objects.filter(pk=whole(request.POST.get("section", "")), archived_at=None).first()
        if section is None:
            messages.error(request, _("Choose a section for the article."))
            return here
        made = gaps.draft(gap, section, by=by)
        messages.success(request, _("The article is begun, with the words people use as notes."))
        return HttpResponseRedirect(_editor(made.article_id, made.language))
    if act == "refuse":
        why = request.POST.get("why", "").strip()
        if not why:
            messages.error(request, _("Say why it is not worth an article: whoever asks again reads it."))
            return here
        gaps.refuse(gap, by=by, why=why)
        _said(request, ask, gap, _("Put aside. It comes back when you open it again."))
    elif act == "answered":
        row = gap_answers.readable(by).filter(pk=whole(request.POST.get("translation", ""))).first()
        if row is None:
            messages.error(
                request, _("This article is no longer out, or customers may not read it. Choose another one.")
            )
            return here
        gaps.answered_by(gap, row.article, by=by)
        _said(
            request,
            ask,
            gap,
            _("Noted: this article answers it. From now on you see here whether fewer ask in vain."),
        )
    elif act == "open":
        gaps.open_again(gap, by=by)
        _said(request, ask, gap, _("Open again."))
    return here


def _said(request: HttpRequest, ask: Asked, gap: Gap, text: str) -> None:
    """What was done, with the way to take it back."""
    of, pk = ("topic", gap.topic_id) if gap.topic_id else ("category", gap.category_id)
    last = gaps.last_decision(gap)
    messages.success(request, text, extra_tags=ask.to("insights_gap_undo", of, pk, last.pk) if last else "")


@behind("see_all", "POST")
def undo(request: HttpRequest, of: str, pk: int, decided: int) -> HttpResponse:
    """As it was before this decision, unless somebody decided again."""
    ask = asked(request)
    try:
        gap = gaps.gap_of(of, pk)
    except LookupError:
        raise Http404
    try:
        gaps.take_back(gap, decided, by=agent(request))
        messages.success(request, _("Taken back: it is as it was before."))
    except gaps.NotTheLast:
        messages.error(request, _("Somebody has decided about it since. Look at how it stands now."))
    return HttpResponseRedirect(ask.to("insights_gap", of, pk))


def _editor(article: int, language: str) -> str:
    """Where the article is written."""
    return url("knowledge_edit", article, language)


def _article(gap: Gap) -> dict[str, Any] | None:
    if gap.article is None:
        return None
    text = gap.article.translations.select_related("published", "newest").order_by("pk").first()
    version = (text.published or text.newest) if text else None
    if text is None or version is None:
        return None
    return {"title": version.title, "href": _editor(gap.article.pk, text.language)}


def _tickets(ask: Asked, gap: Gap, of: str) -> Table:
    """The requests behind it that can be named: led to by its questions, or of its category."""
    low, high = days.bounds(ask.first)[0], days.bounds(ask.last)[1]
    rows = Ticket.objects.visible_to(agent(ask.request)).filter(created_at__gte=low, created_at__lt=high)
    if of == "topic":
        rows = rows.filter(
            pk__in=Question.objects.filter(topic=gap.topic_id, ticket__isnull=False).values("ticket")
        )
    else:
        rows = rows.filter(category=gap.category_id)
    found = rows.select_related("customer").order_by("-created_at")[:TICKETS]
    lines = [
        [
            Cell(one.subject or _("Request"), url("desk_ticket", one.pk), typed=True), Cell(one.customer.name, typed=True),
            Cell(ask.reading.moment(one.created_at), raw=one.created_at.isoformat()),
        ]
        for one in found
    ]  # fmt: skip
    columns = [(_("Request"), False), (_("Customer"), False), (_("When"), False)]
    title = _("Requests that its questions ended in") if of == "topic" else _("Requests of this category")
    return Table(title, columns, lines, _("None in this time."))


def _effect(ask: Asked, gap: Gap, of: str, pk: int) -> dict[str, Any] | None:
    if gap.published_at is None:
        return None
    on = gap.published_at.astimezone(days.zone()).date()
    found = gaps.effect(of, pk, on, days.today(ask.reading.now))
    lines = [
        [Cell(ask.date(week.begins), sub=side), ask.count(week.tickets), ask.count(week.missed), ask.count(week.minutes)]
        for side, weeks in ((_("before"), found.before), (_("after"), found.after))
        for week in weeks
    ]  # fmt: skip
    columns = [
        (_("Week from"), False),
        (_("Requests"), True),
        (_("In vain"), True),
        (_("Minutes lost"), True),
    ]
    means = []
    for name, label in (("tickets", _("Requests a week")), ("missed", _("Questions in vain a week")), ("minutes", _("Minutes lost a week"))):  # fmt: skip
        before, after = found.mean(found.before, name), found.mean(found.after, name)
        means.append(
            {
                "label": label, "before": ask.number(before or 0, 1), "after": "–" if after is None else ask.number(after, 1),
                "change": ask.change(after, before) if after is not None and before else "",
            }
        )  # fmt: skip
    return {
        "on": ask.reading.date(gap.published_at), "came_out": gap_answers.came_out(gap), "means": means, "weeks": len(found.after),
        "table": Table(_("Week by week"), columns, lines),
    }  # fmt: skip
