"""Looking for an answer: a page that works without scripts, hints while one types, and what was chosen of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pelekan.knowledge.community import finding
from pelekan.knowledge.models import ArticleKind, Section, Translation
from pelekan.knowledge.search import Hit, find
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Place, Question
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.web import footsteps
from pelekan.web.help import addresses
from pelekan.web.help.frame import in_language, page, reader_of
from pelekan.web.portal.entrance import client

PAGE = 10
HINTS = 6
NEAR = 0.3  # of the best one's score: what is farther off is no hint
LONGEST = 300
ASKED = Limit(240, timedelta(minutes=5))  # searches of one network: a company's is shared by many
_signer = signing.Signer(salt="pelekan.help.question")


@require_safe
@in_language
def search(request: HttpRequest, language: str) -> HttpResponse:
    """What was found, with the words marked; nothing found: what to do instead."""
    query = one_line(request.GET.get("q", ""), LONGEST)
    section, kind, number = (
        _whole(request.GET.get("section", "")),
        request.GET.get("kind", ""),
        _place(request),
    )
    kind = kind if kind in ArticleKind.values else ""
    literal = request.GET.get("as") == "typed"
    reader = reader_of(request)
    context: dict[str, Any] = {"hits": [], "corrected": "", "more": "", "before": "", "busy": False}
    question = ""
    if query:
        try:
            ASKED.take(client(request), clock())
            found = find(
                query, reader=reader, language=language, limit=PAGE, skip=(number - 1) * PAGE, section=section,
                article_kind=kind, literal=literal,
            )  # fmt: skip
            if number == 1:
                question = _asked(request, query, len(found.hits), language)
            context["hits"] = _shapes(found.hits, language, question)
            context["corrected"] = found.corrected
            if found.more:
                context["more"] = "?" + _query(query, section, kind, number + 1, literal)
            if number > 1:
                context["before"] = "?" + _query(query, section, kind, number - 1, literal)
        except TooMuch:
            context["busy"] = True
    response = page(
        request,
        "help/search.html",
        language,
        path=reverse("help_search", args=[language]),
        others={code: f"{reverse('help_search', args=[code])}?{urlencode({'q': query})}" for code in addresses.LANGUAGES},
        keep=False,
        status=429 if context["busy"] else 200,
        query=query,
        section_id=section,
        kind=kind,
        sections_to_choose=_sections(reader, language),
        kinds=[(str(value), str(label)) for value, label in ArticleKind.choices],
        crumbs=[(_("Help"), addresses.home(language))],
        ask_url=reverse("portal_new"),
        **context,
    )  # fmt: skip
    return footsteps.keep(response, request)


def _query(query: str, section: int | None, kind: str, number: int, literal: bool) -> str:
    given = {
        "q": query, "section": section or "", "kind": kind, "page": number if number > 1 else "", "as": "typed" if literal else "",
    }  # fmt: skip
    return urlencode({name: value for name, value in given.items() if value})


def _place(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(100, max(1, int(text))) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _asked(request: HttpRequest, query: str, found: int, language: str) -> str:
    """Write down what was looked for; its signed number, for the links."""
    if getattr(request, "agent", None) is not None or request.method != "GET":
        return ""  # the team's own searches are not what customers want
    visit = footsteps.visit_of(request, Place.HELP, language)
    if visit is None:
        return ""  # who is not followed leaves no row, and neither do programs
    made = walking.asked(query, place=Place.HELP, found=found, language=language, visit=visit)
    return _signer.sign(str(made.pk))


def _shapes(hits: Sequence[Hit], language: str, question: str) -> list[dict[str, Any]]:
    """Hits as the template shows them; of topics, whether they were solved. One query where there are topics."""
    topics = [hit.id for hit in hits if hit.kind == finding.KIND]
    solved = finding.solved(topics) if topics else set()
    shapes = [one for hit in hits if (one := _shape(hit, language, question))]
    return [{**one, "solved": one["kind"] == finding.KIND and one["id"] in solved} for one in shapes]


def _shape(hit: Hit, language: str, question: str) -> dict[str, Any] | None:
    """A hit as the template shows it; None for what has no page of ours."""
    if hit.kind == "article":
        href = reverse("help_go", args=[language, hit.id]) + (f"?from={question}" if question else "")
    else:
        try:
            href = reverse("community_topic", args=[hit.language, hit.id])
        except NoReverseMatch:
            return None
    return {
        "title": hit.title,
        "snippet": hit.snippet,
        "href": href,
        "id": hit.id,
        "icon": "messages-square" if hit.kind == "topic" else "file-text",
        "kind": hit.kind,
        "language": hit.language,
        "dir": "ltr" if hit.language == "en" else "rtl",
        "foreign": hit.language != language,
    }


def _sections(reader: Any, language: str) -> list[tuple[int, str]]:
    """Those that hold something for these eyes: names of others would tell of them."""
    ids = Translation.objects.readable_by(reader).values("article__section")
    rows = Section.objects.filter(archived_at=None, pk__in=ids)
    return [(row.pk, row.named(language)) for row in rows[:100]]


@require_safe
@in_language
def suggest(request: HttpRequest, language: str) -> HttpResponse:
    """The best few answers to what is being typed. Nothing is written down: the search itself, or the answer chosen, is."""
    query = one_line(request.GET.get("q", ""), LONGEST)
    hits: list[dict[str, Any]] = []
    if len(query) > 1:
        try:
            ASKED.take(client(request), clock())
        except TooMuch as much:
            return HttpResponse(status=429, headers={"Retry-After": str(much.after)})
        found = find(query, reader=reader_of(request), language=language, limit=HINTS, typing=True)
        near = [hit for hit in found.hits if hit.score >= NEAR * found.hits[0].score]
        for shape in _shapes(near, language, ""):
            if shape["kind"] == "article":
                shape["href"] += "?" + urlencode({"q": query, "n": len(found.hits)})
            hits.append(shape)
    return render(request, "help/_hints.html", {"hits": hits, "query": query})


@require_safe
@in_language
def go(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """From what was found to the article: the question is told that it was answered by this."""
    found = (
        Translation.objects.readable_by(reader_of(request)).select_related("article").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    response = HttpResponseRedirect(addresses.article(found.language, found.pk, found.slug))
    response["X-Robots-Tag"] = "noindex"
    if request.method == "GET" and getattr(request, "agent", None) is None:
        _chosen(request, found, language)
    return footsteps.keep(response, request)


def _chosen(request: HttpRequest, found: Translation, language: str) -> None:
    try:
        ASKED.take(client(request), clock())
    except TooMuch:
        return
    visit = footsteps.visit_of(request, Place.HELP, language)
    if visit is None:
        return
    question = _question(request.GET.get("from", ""))
    query = one_line(request.GET.get("q", ""), LONGEST)
    if question is None and query:
        number = min(_whole(request.GET.get("n", "")) or 1, HINTS)
        question = walking.asked(query, place=Place.HELP, found=number, language=language, visit=visit)
    if question is not None:
        walking.opened(found, place=Place.HELP, visit=visit, question=question)


def _question(signed: str) -> Question | None:
    try:
        return Question.objects.filter(pk=int(_signer.unsign(signed))).first()
    except (signing.BadSignature, ValueError):
        return None
