"""What is looked for: topics with what they missed, and the questions behind each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pelekan.knowledge.trail import counting, days, gaps
from pelekan.knowledge.trail.models import Gap, Question, Topic
from pelekan.knowledge.trail.stems import key_of
from pelekan.web.admin.doors import behind, get_object_or_404
from pelekan.web.insights.frame import Asked, Cell, Table, asked, chart, file, show
from pelekan.web.insights.words import LANGUAGES, place_name
from pelekan.web.paths import url

PAGE = 50
IN_FILE = 5_000


def kinds() -> dict[str, str]:
    return {
        "questions": _("All"),
        "fruitless": _("Nothing found"),
        "unclicked": _("Nothing opened"),
        "ticketed": _("Then a request"),
    }


@behind("see_all")
def overview(request: HttpRequest) -> HttpResponse:
    ask = asked(request)
    only = request.GET.get("only", "")
    only = only if only in kinds() else "questions"
    language = request.GET.get("language", "")
    language = language if language in LANGUAGES else ""
    words = request.GET.get("q", "").strip()[:100]
    skip = _number(request.GET.get("skip", ""))
    in_file = "csv" in request.GET
    found, more = counting.topics(
        ask.first, ask.last, only=only, language=language, words=key_of(words) or words, skip=0 if in_file else skip,
        most=IN_FILE if in_file else PAGE,
    )  # fmt: skip
    before = {}
    if found:
        known, _more = counting.topics(
            ask.first_before, ask.last_before, only=only, language=language, most=1_000
        )
        before = {topic.pk: sums[only] for topic, sums in known}
    table = _table(ask, found, only, before)
    if in_file:
        return file("questions", [table])
    now = (
        counting.total(ask.first, ask.last, "language", language)
        if language
        else counting.total(ask.first, ask.last)
    )
    figures = [
        {"label": label, "number": ask.number(now[name]), "href": _with(ask, language, words, name) if now[name] else "",
         "change": "" if name == "questions" else ask.share(now[name], now["questions"])}
        for name, label in kinds().items()
    ]  # fmt: skip
    bars = [
        row[only]
        for row in counting.by_day(ask.first, ask.last, [only], "language" if language else "all", language)
    ]
    more_href = f"{_with(ask, language, words, only)}&skip={skip + PAGE}" if more else ""
    lead = _(
        "Questions of the same meaning stand together: endings, spellings and the order of words don't part them. Addresses, numbers and names are not kept."
    )
    return show(
        ask, "questions", "insights_questions", _("What is looked for"), lead, figures=figures,
        chart=chart(ask, _("Questions by day"), bars, kinds()[only]), tables=[table], more=more_href, words=words,
        chips=[{"label": label, "href": _with(ask, language, words, name), "current": name == only} for name, label in kinds().items()],
        languages_choice=[{"label": label, "href": _with(ask, code, words, only), "current": code == language}
                   for code, label in [("", _("All languages")), *LANGUAGES.items()]],
        only=only, language=language,
    )  # fmt: skip


def _with(ask: Asked, language: str, words: str, only: str) -> str:
    more = {
        name: value for name, value in (("language", language), ("q", words)) if value
    } | ({"only": only} if only != "questions" else {})  # fmt: skip
    return ask.to("insights_questions", **more)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _table(ask: Asked, found: list[tuple[Topic, dict[str, int]]], only: str, before: dict[int, int]) -> Table:
    lines = []
    for topic, sums in found:
        href = ask.to("insights_topic", topic.pk)

        def part(name: str, topic: Topic = topic, sums: dict[str, int] = sums) -> Cell:
            return ask.count(
                sums[name], ask.to("insights_topic", topic.pk, **({} if name == "questions" else {"only": name})),
                _("Show the questions of “%(name)s”") % {"name": topic.text},
            )  # fmt: skip

        lines.append(
            [
                Cell(topic.text, href, typed=True), Cell(LANGUAGES.get(topic.language, topic.language)),
                part("questions"), part("fruitless"), part("unclicked"), part("ticketed"),
                Cell(ask.change(sums[only], before.get(topic.pk, 0)) or "–", number=True, raw=before.get(topic.pk, 0)),
            ]
        )  # fmt: skip
    columns = [
        (_("Topic"), False), (_("Language"), False), (_("Asked"), True), (_("Nothing found"), True),
        (_("Nothing opened"), True), (_("Then a request"), True), (_("Change"), True),
    ]  # fmt: skip
    return Table(_("Topics"), columns, lines, _("Nobody looked for anything like that in this time."))


@behind("see_all")
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """One topic: the words it is asked in, by day, and each question."""
    ask = asked(request)
    row = get_object_or_404(Topic, pk=pk)
    only = request.GET.get("only", "")
    only = only if only in kinds() else "questions"
    low, high = days.bounds(ask.first)[0], days.bounds(ask.last)[1]
    questions = _questions(row, low, high, only)
    table = _rows(ask, questions)
    if "csv" in request.GET:
        return file("topic", [table])
    sums = counting.total(ask.first, ask.last, "topic", str(row.pk))
    bars = [
        day["questions"] for day in counting.by_day(ask.first, ask.last, ["questions"], "topic", str(row.pk))
    ]
    figures = [
        {"label": label, "number": ask.number(sums[name]), "href": ask.to("insights_topic", row.pk, only=name) if sums[name] else "", "change": ""}
        for name, label in kinds().items()
    ]  # fmt: skip
    return show(
        ask, "topic", "insights_questions", row.text, figures=figures, chart=chart(ask, _("Questions by day"), bars, kinds()["questions"]),
        said=gaps.asked_as(Gap(topic=row)), tables=[table], back=ask.to("insights_questions"), gap=ask.to("insights_gap", "topic", row.pk),
    )  # fmt: skip


def _questions(row: Topic, low: datetime, high: datetime, only: str) -> list[Any]:
    found = Question.objects.filter(topic=row, at__gte=low, at__lt=high).select_related(
        "clicked__published", "ticket"
    )
    if only == "fruitless":
        found = found.filter(found=0)
    elif only == "unclicked":
        found = found.filter(found__gt=0, clicked=None)
    elif only == "ticketed":
        found = found.filter(ticket__isnull=False)
    return list(found.order_by("-at", "-pk")[:200])


def _rows(ask: Asked, questions: list[Question]) -> Table:
    lines = []
    for one in questions:
        clicked = one.clicked.published.title if one.clicked and one.clicked.published else ""
        lines.append(
            [
                Cell(ask.reading.moment(one.at), url("insights_visit", one.visit_id) if one.visit_id else "", raw=one.at.isoformat()),
                Cell(one.text, typed=True), Cell(place_name(one.place)), Cell(ask.number(one.found), number=True, raw=one.found),
                Cell(clicked or "–", ask.to("insights_article", one.clicked_id) if clicked else "", typed=True),
                Cell(one.ticket.subject or _("Request"), url("desk_ticket", one.ticket.pk), typed=True) if one.ticket else Cell("–", raw=""),
            ]
        )  # fmt: skip
    columns = [
        (_("When"), False), (_("Words"), False), (_("Where"), False), (_("Found"), True), (_("Opened"), False),
        (_("Request"), False),
    ]  # fmt: skip
    return Table(
        _("Questions"), columns, lines,
        _("The single questions of this time are no longer kept, or there were none like that."),
    )  # fmt: skip
