"""Asking a customer in the chat for a problem report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pelekan.people.models import Language
from pelekan.tickets.models import Conversation, Ticket
from pelekan.tickets.pending import answers
from pelekan.web.workspace.acts import answer, told
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of


@require_POST
@agents
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """One line in the customer's language, with a button that opens the form in his window."""
    ticket, agent = ticket_of(request, pk), agent_in(request)
    talk = _chat(ticket)
    if talk is None:
        return told(
            _("The form opens in the chat, and this customer has no chat here. Ask by answering him.")
        )
    words = answers.Words(text=_question(ticket.language), meta={"ask_report": True})
    try:
        answers.refuse_two(ticket, words, by=agent)
        answers.send_now(ticket, answers.Way(talk), words, by=agent)
    except answers.AlsoAnswering as other:
        return told(_("%(name)s is about to answer on this ticket.") % {"name": other.name})
    return answer(request, pk)


def _chat(ticket: Ticket) -> Conversation | None:
    return ticket.conversations.filter(channel="chat").order_by("-last_at").first()


def _question(language: str) -> str:
    with translation.override(language if language in Language.values else "en"):
        return _(
            "Please tell us about the problem in this short form: what happened, and if you can, a screenshot."
        )
