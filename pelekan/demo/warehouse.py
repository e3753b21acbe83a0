"""The warehouse's own program in the demo: a webhook tells it of what climbs, is solved and is rated, and it says thank you."""

from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from pelekan.people.models import Agent
from pelekan.tickets.models import Webhook
from pelekan.tickets.webhooks.keeping import save_webhook

NAME = "سامانهٔ انبار"
EVENTS = ("ticket.escalated", "ticket.rated", "ticket.solved")


def connect(by: Agent, desk: str) -> Webhook:
    """The webhook to the program below; `desk` is the desk's own address."""
    return save_webhook(None, by=by, name=NAME, address=address(desk), events=EVENTS)


def move(desk: str) -> None:
    """The desk has another address today."""
    Webhook.objects.filter(name=NAME).update(address=address(desk), rest_until=None)


def address(desk: str) -> str:
    return desk + "/demo/warehouse/"


@csrf_exempt
@require_POST
def hear(request: HttpRequest) -> JsonResponse:
    """Take one call, as a program of one's own would."""
    try:
        told = json.loads(request.body)
        name = str(told["event"])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"heard": False}, status=400)
    return JsonResponse({"heard": name})
