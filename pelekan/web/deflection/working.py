"""From work to knowledge, at the desk: an article begun from a ticket, and the answer of a solved one released for others."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.knowledge.deflection import drafting, solved
from pelekan.knowledge.deflection.masking import difference
from pelekan.knowledge.deflection.models import Release, SolvedQuestion
from pelekan.knowledge.deflection.wording import told as told_on
from pelekan.knowledge.models import Translation
from pelekan.tickets.models import Ticket
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import told
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.shell import shell, teams_of

PAGE = 30


def editor(row: Translation) -> str:
    """Where an article is written."""
    return reverse("knowledge_edit", args=[row.article_id, row.language])


def led_to(request: HttpRequest, address: str) -> HttpResponse:
    """To another page, also where only a part of this one was asked for."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


@require_POST
@agents
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an article from this ticket, and go on in the editor."""
    made = drafting.of_ticket(ticket_of(request, pk), by=agent_in(request))
    return led_to(request, editor(made))


@require_GET
@agents
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog: what others would see, beside what was written."""
    ticket = ticket_of(request, pk)
    known = SolvedQuestion.objects.filter(ticket=ticket).first()
    words = told_on(ticket)
    if known is None and not (words.question and words.answer):
        return render(request, "desk/dialog_release.html", {"ticket": {"id": pk}, "nothing": True})
    question = known.question if known else words.masked(words.question)
    answer = known.answer if known else words.masked(words.answer)
    context = {
        "ticket": {"id": pk}, "state": known.state if known else "", "question": question, "answer": answer,
        "language": known.language if known else words.language,
        "changed": [
            (_("Question"), difference(words.question, question)), (_("Answer"), difference(words.answer, answer)),
        ],
    }  # fmt: skip
    return render(request, "desk/dialog_release.html", context)


@require_POST
@agents
def released(request: HttpRequest, pk: int) -> HttpResponse:
    """Release it in the words of the form, or say that it is not for others."""
    ticket, agent, form = ticket_of(request, pk), agent_in(request), request.POST
    try:
        one, _words = solved.propose(ticket, by=agent)
        if form.get("act") == "refuse":
            solved.refuse(one, by=agent)
        else:
            solved.release(one, question=form.get("question", ""), answer=form.get("answer", ""), by=agent)
    except solved.NothingToTell:
        return told(_("There is no question or no answer here that others could read."))
    except ValueError:
        return told(_("A question and an answer are needed. What you wrote is kept."))
    response = HttpResponse(status=204)
    response["HX-Trigger"] = "close-dialog"
    if "/desk/answers/" in request.headers.get("HX-Current-URL", ""):  # from the list of all
        response["HX-Refresh"] = "true"
    return response


@require_GET
@agents
def waiting(request: HttpRequest) -> HttpResponse:
    """Answers that could help others: those that wait to be read, and those that are released. Only of tickets that this
    agent may see."""
    agent = agent_in(request)
    teams_of(agent)
    state = Release.RELEASED if request.GET.get("state") == "released" else Release.PROPOSED
    seen = Ticket.objects.visible_to(agent)
    rows = SolvedQuestion.objects.filter(state=state, ticket__in=seen).select_related("ticket", "by__user")
    context = {
        **shell(request, None, "knowledge"), "title": _("Answers for others"), "state": str(state),
        "rows": [_row(one) for one in rows.order_by("-at", "-pk")[:PAGE]],
        "dates": Reading(request.dates),  # type: ignore[attr-defined]
        "count": rows.count(),
    }  # fmt: skip
    return render(request, "desk/answers_for_others.html", context)


def _row(one: SolvedQuestion) -> dict[str, Any]:
    return {
        "id": one.pk, "question": one.question, "answer": one.answer, "at": one.at, "helped": one.helped,
        "ticket": one.ticket_id, "number": one.ticket.number, "href": url("desk_ticket", one.ticket_id),
        "by": one.by.name if one.by else "", "dir": "ltr" if one.language == "en" else "rtl", "language": one.language,
    }  # fmt: skip
