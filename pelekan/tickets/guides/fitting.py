"""Which guide fits a ticket best: by its category, the words that both have, its team."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pelekan.lib.folding import fold
from pelekan.tickets.guides.models import Guide
from pelekan.tickets.models import MessageKind, Ticket

OF_CATEGORY, OF_TEAM, A_WORD = 6, 2, 2
SHORTEST, LOOKED_AT = 3, 2_000

_WORDS = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")


def words_of(text: str) -> set[str]:
    """The folded words of a text that may say what it is about."""
    return set(_WORDS.findall(fold(text[:LOOKED_AT])))


def about(ticket: Ticket) -> set[str]:
    """The words of the subject and of the customer's first and newest message."""
    theirs = ticket.messages.filter(kind=MessageKind.INCOMING, automatic=False).order_by("id")
    found = [one.text for one in (theirs.first(), theirs.last()) if one is not None]
    return words_of(" ".join([ticket.subject, *found]))


def ranked(guides: Iterable[Guide], ticket: Ticket) -> list[tuple[Guide, int]]:
    """The guides with their points, the best first; among equals what is used most."""
    known = about(ticket)
    found = [(guide, _points(guide, ticket, known)) for guide in guides]
    return sorted(found, key=lambda pair: (-pair[1], -pair[0].used, pair[0].name))


def _points(guide: Guide, ticket: Ticket, known: set[str]) -> int:
    its = words_of(guide.name)
    for step in guide.steps:
        its |= words_of(" ".join(step["title"].values()))
    points = A_WORD * min(4, len(known & its))
    if guide.category_id is not None and guide.category_id == ticket.category_id:
        points += OF_CATEGORY
    return points + (OF_TEAM if guide.team_id is not None and guide.team_id == ticket.team_id else 0)
