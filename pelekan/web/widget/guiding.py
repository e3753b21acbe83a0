"""Guided steps in the chat: what the visitor ticks, and what does not work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from pelekan.channels.chat import limits, writing
from pelekan.tickets.guides import ticking
from pelekan.tickets.guides.models import SentGuide
from pelekan.web.widget import shapes
from pelekan.web.widget.door import Caller, Refused, door, id_of, text_of


@door("POST")
def steps(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{conversation, message, act?: tick|untick|stuck|solved|unsolved, step?, words?}. How the steps stand comes back:
    {"message": its id, "guide": see `shapes.guide`}. Without an act only that."""
    thread = writing.own(caller.known, id_of(caller.body, "conversation") or 0)
    pk = id_of(caller.body, "message") or 0
    rows = SentGuide.objects.select_related("message__conversation").filter(message__held_at=None)
    sent = rows.filter(message=pk, message__conversation=thread).first()
    if sent is None:
        raise writing.NotYours
    if act := text_of(caller.body, "act", 10):
        limits.MESSAGES.take(caller.known.customer.pk, caller.now)
        try:
            _do(sent, act, caller)
        except LookupError:
            raise Refused(422, "step", _("There is no such step any more. Load the page again.")) from None
    return JsonResponse({"message": pk, "guide": shapes.guides([sent.message])[pk]})


def _do(sent: SentGuide, act: str, caller: Caller) -> None:
    by, now, words = caller.known.customer, caller.now, text_of(caller.body, "words", ticking.LONGEST)
    step = caller.body.get("step")
    at = step if type(step) is int else -1
    if act == "tick":
        ticking.tick(sent, at, by=by, now=now)
    elif act == "untick":
        ticking.untick(sent, at, by=by, now=now)
    elif act == "stuck":
        ticking.stick(sent, at, by=by, words=words, now=now)
    elif act in ("solved", "unsolved"):
        ticking.answer(sent, act == "solved", by=by, words=words, now=now)
