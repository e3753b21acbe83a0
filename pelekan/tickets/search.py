"""Finding tickets by number, by words of any message, by the customer's name or address.

One document per message; the first message of a ticket also carries its subject and its customer. Words are
folded (`lib.folding`), so «كتاب» finds «کتاب», and می‌خواهم is found with or without its joiner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pelekan.lib.folding import fold_tokens, highlight, query_tokens
from pelekan.lib.search import index
from pelekan.lib.text import latin_digits, one_line
from pelekan.people.models import Agent
from pelekan.tickets.models import Event, Message, Ticket

INDEX = "ticket_words"
MOST_TEXT = 20_000
"""Characters of one message that are indexed."""
CHUNK, MOST_CHUNKS = 200, 25
"""Documents looked at together, and how often: 5,000 hits are read before a search gives up on older ones. The first time
only twice as many as are shown: mostly they do."""


@dataclass(frozen=True)
class Found:
    """One ticket with the newest message that fits. `snippet` is [(piece, is it a hit)] of the original text."""

    ticket: Ticket
    message_id: int | None
    snippet: list[tuple[str, bool]]


def put(message: Message, *, new: bool = False) -> None:
    """Index one message; a `new` one was never indexed. Automatic receipts say nothing that anyone looks for and stay out."""
    if message.automatic and message.kind == "outgoing":
        return
    ticket = message.ticket
    parts = [message.text[:MOST_TEXT]]
    first = message.is_first
    if first is None:
        first = not Message.objects.filter(ticket_id=ticket.pk, id__lt=message.pk).exists()
    if first:
        parts += [ticket.subject, ticket.customer.folded or ticket.customer.name]
    words = index(INDEX)
    (words.add if new else words.put)(message.pk, ticket.pk, fold_tokens("\n".join(parts)))


def move(message_ids: Sequence[int], ticket_id: int) -> None:
    """These messages stand on another ticket from now on; their words stay as they are."""
    index(INDEX).move(message_ids, ticket_id)


def index_first(ticket: Ticket) -> None:
    """Another message is a ticket's first: it bears the subject and the customer from now on."""
    first = ticket.messages.order_by("id").first()
    if first is not None:
        put(first)


def index_message(event: Event) -> None:
    """Reaction: a message came, went or was noted."""
    if event.message is not None:
        put(event.message, new=True)


def index_subject(event: Event) -> None:
    """Reaction: the ticket's subject changed."""
    first = Message.objects.filter(ticket=event.ticket).order_by("id").first()
    if first is not None:
        put(first)


def index_customer(customer_id: int) -> None:
    """The customer's name or addresses changed: bring his latest 200 tickets up to date."""
    for ticket in Ticket.objects.filter(customer_id=customer_id).order_by("-last_at")[:200]:
        first = ticket.messages.order_by("id").first()
        if first is not None:
            put(first)


def index_described(event: Event) -> None:
    """Reaction: a customer got another name."""
    whose = event.data.get("customer") or event.customer_id
    if whose and "name" in event.data.get("changed", ["name"]):
        index_customer(whose)


def find(
    query: str, agent: Agent, *, limit: int = 25, before: int | None = None
) -> tuple[list[Found], int | None]:
    """Tickets that `agent` may see and that fit `query`, newest message first, and the document to go on
    before (None at the end). A number (`#1001`, ۱۰۰۱) comes first. Any input is a valid query."""
    query = one_line(query, 400)
    seen = Ticket.objects.visible_to(agent).select_related("customer", "tier", "team", "assignee__user")
    found: list[Found] = []
    digits = latin_digits(query).lstrip("#").strip()
    if before is None and digits.isascii() and digits.isdigit() and len(digits) < 16:
        found += [Found(ticket, None, []) for ticket in seen.filter(number=int(digits))]
    groups = query_tokens(query)
    taken = {hit.ticket.pk for hit in found}
    for turn in range(MOST_CHUNKS if groups else 0):
        size = CHUNK if turn else min(CHUNK, 2 * limit)
        docs = index(INDEX).find(groups, before=before, limit=size)
        tickets = seen.in_bulk({int(group) for _, group in docs} - taken)
        fresh: list[tuple[int, Ticket]] = []
        for doc, group in docs:
            if (ticket := tickets.pop(int(group), None)) is not None:
                taken.add(ticket.pk)
                fresh.append((doc, ticket))
                if len(found) + len(fresh) == limit:
                    break
        texts = dict(Message.objects.filter(pk__in=[doc for doc, _ in fresh]).values_list("pk", "text"))
        found += [Found(ticket, doc, snippet(texts.get(doc, ""), query)) for doc, ticket in fresh]
        if len(found) >= limit:
            return found, fresh[-1][0] if fresh else before
        if len(docs) < size:
            return found, None
        before = docs[-1][0]
    return found, None


def snippet(text: str, query: str, around: int = 60) -> list[tuple[str, bool]]:
    """About a line of `text` around the first hit, in its original spelling."""
    pieces = highlight(text, query)
    hit = next((i for i, (_, is_hit) in enumerate(pieces) if is_hit), None)
    if hit is None:
        return [(one_line(text, 2 * around), False)] if text.strip() else []
    lead = "".join(piece for piece, _ in pieces[:hit])
    lead = ("…" if len(lead) > around else "") + lead[-around:]
    rest: list[tuple[str, bool]] = []
    room = 2 * around
    for piece, is_hit in pieces[hit:]:
        if room <= 0:
            break
        rest.append((piece[:room], is_hit))
        room -= len(piece)
    return [(" ".join(piece.split("\n")), is_hit) for piece, is_hit in [(lead, False), *rest] if piece]
