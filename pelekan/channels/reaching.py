"""What becomes of an answer when its mails or texts fail, are stopped, or are sent again."""

from __future__ import annotations

from pelekan.channels.models import Delivery, DeliveryState
from pelekan.tickets import actions
from pelekan.tickets.models import Event, Message

NOWHERE = (DeliveryState.FAILED, DeliveryState.STOPPED)


def follow(event: Event) -> None:
    """Reaction: a customer whom none of an answer's deliveries reached has no answer."""
    message = event.message
    if message is None or message.automatic or message.agent_id is None or _seen_elsewhere(message):
        return
    states = set(Delivery.objects.filter(message=message, copied=False).values_list("state", flat=True))
    if event.name == "delivery.resent":
        actions.answer_again(message, now=event.at)
    elif states and states <= set(NOWHERE):
        actions.unanswer(message, now=event.at, because=event.name)


def _seen_elsewhere(message: Message) -> bool:
    """He has read it in the chat or the portal, whatever became of the mail."""
    return message.conversation.customer_read_id >= message.pk
