"""Which kinds of answers engage people, and each article by itself."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pelekan.knowledge.models import ArticleKind, Translation
from pelekan.knowledge.trail import counting, days
from pelekan.knowledge.trail.models import Reading
from pelekan.web.admin.doors import behind, get_object_or_404
from pelekan.web.insights.frame import Asked, Cell, Table, asked, chart, file, show
from pelekan.web.insights.words import LANGUAGES, place_name
from pelekan.web.paths import url

MOST = 100


@behind("see_all")
def overview(request: HttpRequest) -> HttpResponse:
    ask = asked(request)
    tables = [_kinds(ask), _articles(ask)]
    if "csv" in request.GET:
        return file("articles", tables)
    now, before = counting.total(ask.first, ask.last), counting.total(ask.first_before, ask.last_before)
    said = now["helped"] + now["unhelped"]
    figures = [
        {"label": _("Articles opened"), "number": ask.number(now["readings"]), "href": "", "change": ask.change(now["readings"], before["readings"])},
        {"label": _("Seconds in sight, on average"), "number": _mean(ask, now), "href": "", "change": ""},
        {"label": _("Said: it helped"), "number": ask.share(now["helped"], said), "href": "", "change": ""},
    ]  # fmt: skip
    bars = [row["readings"] for row in counting.by_day(ask.first, ask.last, ["readings"])]
    lead = _("Which kinds of answers people open, how long they stay, and whether it helped.")
    return show(
        ask, "report", "insights_articles", _("Which answers engage"), lead, figures=figures,
        chart=chart(ask, _("Articles opened by day"), bars, _("Readings")), tables=tables,
    )  # fmt: skip


def _mean(ask: Asked, sums: dict[str, int]) -> str:
    return ask.number(sums["seconds"] / sums["readings"]) if sums["readings"] else "–"


def _columns(first: str) -> list[tuple[str, bool]]:
    return [
        (first, False), (_("Readings"), True), (_("Share"), True), (_("Change"), True), (_("Seconds in sight"), True),
        (_("It helped"), True), (_("It did not"), True), (_("Helped, of who said"), True),
    ]  # fmt: skip


def _numbers(ask: Asked, sums: dict[str, int], whole: int, before: int, href: str = "") -> list[Cell]:
    said = sums["helped"] + sums["unhelped"]
    return [
        ask.count(sums["readings"], href), ask.part(sums["readings"], whole),
        Cell(ask.change(sums["readings"], before) or "–", number=True, raw=before),
        Cell(_mean(ask, sums), number=True, raw=round(sums["seconds"] / sums["readings"]) if sums["readings"] else ""),
        ask.count(sums["helped"]), ask.count(sums["unhelped"]), ask.part(sums["helped"], said),
    ]  # fmt: skip


def _kinds(ask: Asked) -> Table:
    rows = counting.by_key(ask.first, ask.last, "kind", "readings")
    before = dict(counting.by_key(ask.first_before, ask.last_before, "kind", "readings"))
    whole = sum(sums["readings"] for _key, sums in rows)
    names = dict(ArticleKind.choices)
    lines = [
        [Cell(str(names.get(key, key))), *_numbers(ask, sums, whole, before.get(key, {}).get("readings", 0), ask.to("insights_articles", kind=key))]
        for key, sums in rows
    ]  # fmt: skip
    return Table(_("By kind"), _columns(_("Kind")), lines, _("No article was opened in this time."))


def _articles(ask: Asked) -> Table:
    kind = ask.request.GET.get("kind", "")
    kind = kind if kind in ArticleKind.values else ""
    rows = counting.by_key(ask.first, ask.last, "article", "readings", 1_000 if kind else MOST)
    known = titles([int(key) for key, _sums in rows], kind)
    before = (
        dict(counting.by_key(ask.first_before, ask.last_before, "article", "readings", 1_000)) if rows else {}
    )
    whole = counting.total(ask.first, ask.last)["readings"]
    lines: list[list[Cell]] = []
    for key, sums in rows:
        one = known.get(int(key))
        if one is not None and len(lines) < MOST:
            href = ask.to("insights_article", int(key))
            sub = f"{ArticleKind(one['kind']).label} · {LANGUAGES.get(one['language'], '')}"
            was = before.get(key, {}).get("readings", 0)
            lines.append([Cell(one["title"], href, sub, typed=True), *_numbers(ask, sums, whole, was)])
    title = _("Articles: %(kind)s") % {"kind": ArticleKind(kind).label} if kind else _("By article")
    return Table(title, _columns(_("Article")), lines, _("No article was opened in this time."))


def titles(ids: list[int], kind: str = "") -> dict[int, dict[str, Any]]:
    """{title, kind, language} of translations that still exist."""
    rows = Translation.objects.filter(pk__in=ids)
    if kind:
        rows = rows.filter(article__kind=kind)
    found = rows.values_list("pk", "published__title", "newest__title", "slug", "article__kind", "language")
    return {
        pk: {"title": out or newest or slug, "kind": of, "language": language}
        for pk, out, newest, slug, of, language in found
    }


@behind("see_all")
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article in one language: by day, what was typed before it was opened, and each reading."""
    ask = asked(request)
    row = get_object_or_404(Translation.objects.select_related("published", "newest"), pk=pk)
    title = titles([pk])[pk]["title"]
    low, high = days.bounds(ask.first)[0], days.bounds(ask.last)[1]
    readings = Reading.objects.filter(translation=row, at__gte=low, at__lt=high)
    tables = [_searched(ask, readings), _readings(ask, readings)]
    if "csv" in request.GET:
        return file("article", tables)
    sums = counting.total(ask.first, ask.last, "article", str(pk))
    before = counting.total(ask.first_before, ask.last_before, "article", str(pk))
    figures = [
        {"label": _("Readings"), "number": ask.number(sums["readings"]), "href": "", "change": ask.change(sums["readings"], before["readings"])},
        {"label": _("Seconds in sight, on average"), "number": _mean(ask, sums), "href": "", "change": ""},
        {"label": _("It helped"), "number": ask.number(sums["helped"]), "href": "", "change": ""},
        {"label": _("It did not"), "number": ask.number(sums["unhelped"]), "href": "", "change": ""},
    ]  # fmt: skip
    bars = [day["readings"] for day in counting.by_day(ask.first, ask.last, ["readings"], "article", str(pk))]
    return show(
        ask, "report", "insights_articles", title, figures=figures, chart=chart(ask, _("Readings by day"), bars, _("Readings")),
        tables=tables, back=ask.to("insights_articles"),
    )  # fmt: skip


def _searched(ask: Asked, readings: Any) -> Table:
    rows = (
        readings.filter(question__topic__isnull=False)
        .values_list("question__topic", "question__topic__text")
        .annotate(times=Count("pk"))
        .order_by("-times", "question__topic")[:20]
    )
    lines = [
        [Cell(text, ask.to("insights_topic", pk), typed=True), ask.count(times)] for pk, text, times in rows
    ]
    return Table(
        _("What was typed before"), [(_("Topic"), False), (_("Readings"), True)], lines,
        _("Nobody came here from the search in this time."),
    )  # fmt: skip


def _readings(ask: Asked, readings: Any) -> Table:
    said = {True: _("It helped"), False: _("It did not"), None: "–"}
    rows = readings.order_by("-at").values_list("visit", "at", "place", "seconds", "solved")[:200]
    lines = [
        [
            Cell(ask.reading.moment(at), url("insights_visit", visit) if visit else "", raw=at.isoformat()),
            Cell(place_name(place)), Cell(ask.number(seconds), number=True, raw=seconds), Cell(said[solved]),
        ]
        for visit, at, place, seconds, solved in rows
    ]  # fmt: skip
    columns = [(_("When"), False), (_("Where"), False), (_("Seconds in sight"), True), (_("Said"), False)]
    return Table(
        _("Readings"),
        columns,
        lines,
        _("The single readings of this time are no longer kept, or there were none."),
    )
