"""In the composer: what may help to answer, and articles put into the answer as cards."""

from __future__ import annotations

import html
import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from pelekan.knowledge.deflection import cards, helping, offering
from pelekan.knowledge.deflection.models import WrongMark
from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import of_agent
from pelekan.lib.text import isolate, one_line
from pelekan.people.access import agent_of
from pelekan.people.models import Language
from pelekan.tickets.models import Ticket
from pelekan.web.deflection.shapes import shapes
from pelekan.web.help.addresses import article as article_path
from pelekan.web.paths import url
from pelekan.web.portal.doors import customer_in
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import told
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of

STRIP = 3
"""Articles that stand above what one writes, without being asked for."""
_PROGRAM = re.compile(
    r"bot|crawl|spider|preview|scan|proofpoint|barracuda|curl|wget|python|go-http|java/", re.IGNORECASE
)


@require_GET
@agents
def strip(request: HttpRequest, pk: int) -> HttpResponse:
    """One line above the composer: what fits to the present question. Fetched after the page, so it costs the page nothing."""
    ticket = ticket_of(request, pk)
    found = helping.helping(ticket, agent_in(request), whole=False)
    context = {"ticket": {"id": pk}, "articles": _articles(found)[:STRIP], "shown": _shown(request, ticket)}
    return render(request, "desk/answers_strip.html", context)


def _shown(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """What the customer was shown before he asked, so that nobody sends it to him as news."""
    shown = offering.shown_before(ticket)
    if shown is None:
        return None
    rows = Translation.objects.readable_by(of_agent(agent_in(request))).select_related("published", "article")
    rows = rows.filter(article__in=shown.articles, published__isnull=False)
    best: dict[int, Translation] = {}
    for row in rows:
        if row.article_id not in best or row.language == ticket.language:
            best[row.article_id] = row
    articles = [
        {
            "title": found.published.title,
            "url": article_path(found.language, found.pk, found.slug),
            "language": found.language,
        }
        for pk in shown.articles
        if (found := best.get(pk)) is not None and found.published is not None
    ]
    return {"articles": articles[:STRIP], "opened": shown.opened} if articles else None


@require_GET
@agents
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog: articles, released answers, saved replies, tickets that were like this one. With `q` its list alone."""
    ticket, agent = ticket_of(request, pk), agent_in(request)
    asked = one_line(request.GET.get("q", ""), 400)
    found = helping.helping(ticket, agent, asked)
    names = dict(Language.choices)
    context = {
        "ticket": {"id": pk}, "q": asked, "articles": _articles(found), "answers": shapes(found.answers),
        "replies": found.replies, "tickets": [_ticket(one) for one in found.tickets],
        "language": str(names.get(ticket.language, ticket.language)),
        "dates": Reading(request.dates),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(
        request, "desk/answers_list.html" if "q" in request.GET else "desk/dialog_answers.html", context
    )


def _articles(found: helping.Help) -> list[dict[str, Any]]:
    return [
        {**one, "may_send": one["id"] in found.may_send, "sure": suggestion.sure}
        for one, suggestion in zip(shapes(found.articles), found.articles, strict=True)
    ]


def _ticket(one: Ticket) -> dict[str, Any]:
    return {"id": one.pk, "url": url("desk_ticket", one.pk), "subject": one.subject, "number": one.number}


@require_POST
@agents
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a card for the answer: {html}. 422 with a sentence where the customer may not read the article."""
    ticket, typed = ticket_of(request, pk), request.POST.get("translation", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0
    rows = Translation.objects.readable_by(of_agent(agent_in(request))).select_related("published", "article")
    row = rows.filter(pk=number).first()
    if row is None or row.published is None:
        raise Http404
    row = _in_language(row, ticket)
    assert row.published is not None
    if not Translation.objects.readable_by(cards.reader_of(ticket.customer)).filter(pk=row.pk).exists():
        sentence = _("The customer may not read “%(title)s”. Choose an article that is open to him.")
        return told(sentence % {"title": isolate(row.published.title)})
    return JsonResponse({"html": card_html(row, short=request.POST.get("channel") == "sms")})


def _in_language(row: Translation, ticket: Ticket) -> Translation:
    """The same article in the customer's language, where it is out in it."""
    rows = Translation.objects.readable_by(cards.reader_of(ticket.customer)).select_related(
        "published", "article"
    )
    return rows.filter(article=row.article_id, language=ticket.language).first() or row


def card_html(row: Translation, *, short: bool = False) -> str:
    """Title, summary and address as paragraphs; `short`, for a text message: title and address in one line."""
    assert row.published is not None
    link, title = cards.address(row.pk), html.escape(row.published.title)
    if short:
        return f'<p dir="auto">{title}: {link}</p>'
    summary = f'<p dir="auto">{html.escape(row.published.summary)}</p>' if row.published.summary else ""
    return f'<p dir="auto"><b><a href="{link}">{title}</a></b></p>{summary}<p dir="ltr"><a href="{link}">{link}</a></p>'


@require_POST
@agents
def wrong(request: HttpRequest, pk: int) -> HttpResponse:
    """This article is wrong, or does not answer what it seems to: noted for who looks after it."""
    ticket, agent, typed = ticket_of(request, pk), agent_in(request), request.POST.get("translation", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0
    row = Translation.objects.readable_by(of_agent(agent)).filter(pk=number).first()
    if row is None:
        raise Http404
    WrongMark.objects.get_or_create(
        translation=row, ticket=ticket, agent=agent, settled_at=None, defaults={"text": one_line(request.POST.get("text", ""), 400)}
    )  # fmt: skip
    return HttpResponse(
        '<span class="small muted" role="status">{}</span>'.format(
            html.escape(_("Noted for who looks after it."))
        )
    )


@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """A card's address: to the article, for who may read it. The first time is said on the ticket, unless whoever opens it
    asks not to be followed."""
    typed, _dash, secret = token.partition("-")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 18):
        raise Http404
    pk, agent, customer = int(typed), agent_of(request.user), customer_in(request)  # type: ignore[arg-type]
    offer = cards.offer_of(pk, secret)
    reader = of_agent(agent) if agent else cards.of_customer(customer)
    row = Translation.objects.readable_by(reader).select_related("published", "article").filter(pk=pk).first()
    if row is None and offer is not None and customer is None and agent is None:
        return HttpResponseRedirect(f"{reverse('portal_sign_in')}?next={cards.PATH}{token}")
    if row is None:
        raise Http404
    if offer is not None and agent is None and request.method == "GET" and _counts(request):
        cards.opened(offer, row)
    return HttpResponseRedirect(article_path(row.language, row.pk, row.slug))


def _counts(request: HttpRequest) -> bool:
    browser = request.headers.get("User-Agent", "")
    follows = request.headers.get("DNT") != "1" and request.headers.get("Sec-GPC") != "1"
    return follows and bool(browser) and not _PROGRAM.search(browser)
