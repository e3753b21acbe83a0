"""Of one ticket: what was asked and what was answered, and the names that must not stand in it."""

from __future__ import annotations

from dataclasses import dataclass

from pelekan.knowledge.deflection.masking import anonymised
from pelekan.lib.language import language as guessed
from pelekan.people.models import Agent, Language
from pelekan.tickets.models import Message, MessageKind, Participant, Ticket

LONGEST = 6_000


@dataclass(frozen=True)
class Told:
    """`question` and `answer` as they were written; `names` are what is taken out of them."""

    question: str
    answer: str
    language: str
    names: tuple[str, ...]

    def masked(self, text: str, amounts: bool = False) -> str:
        return anonymised(text, language=self.language, names=self.names, amounts=amounts)


def told(ticket: Ticket) -> Told:
    """The customer's first words, and the answer of an agent that says most. Notes are never part of it."""
    said = Message.objects.public().filter(ticket=ticket, automatic=False).order_by("id")
    asked = said.filter(kind=MessageKind.INCOMING, customer=ticket.customer_id)
    first = next((text.strip() for text in asked.values_list("text", flat=True)[:3] if text.strip()), "")
    answers = said.filter(kind=MessageKind.OUTGOING, agent__isnull=False).values_list("text", flat=True)
    best = max(reversed(answers.order_by("-id")[:20]), key=len, default="").strip()
    question = "\n".join(filter(None, [ticket.subject, first if first != ticket.subject else ""]))
    return Told(question[:LONGEST], best[:LONGEST], language(ticket, first), names_of(ticket))


def language(ticket: Ticket, text: str) -> str:
    """What it is written in; the ticket's language where that cannot be told."""
    found = guessed(text)
    return found if found in Language.values else ticket.language


def names_of(ticket: Ticket) -> tuple[str, ...]:
    """Everybody who has to do with it: the customer and his organization, who takes part, the team."""
    names = {ticket.customer.name}
    organization = ticket.organization or ticket.customer.organization
    if organization is not None:
        names.add(organization.name)
    names |= set(Participant.objects.filter(conversation__ticket=ticket).values_list("name", flat=True))
    names |= set(Agent.objects.values_list("user__name", flat=True))
    return tuple(sorted(filter(None, names)))
