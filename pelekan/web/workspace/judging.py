"""A colleague says that an answer of the bot's is wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from pelekan.knowledge.bot import judging
from pelekan.web.workspace.acts import message_of, told
from pelekan.web.workspace.bots import said
from pelekan.web.workspace.doors import agent, agents


@require_POST
@agents
def wrong(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """This answer of the bot's is wrong; or, with `no`, it is not after all."""
    found = message_of(request, pk, message)
    try:
        row = judging.mark_wrong(found, "no" not in request.POST, by=agent(request))
    except LookupError:
        return told("", 404)
    return render(
        request, "desk/bot_part.html", {"bot": said(row.meta), "ticket_id": pk, "message_id": message}
    )
