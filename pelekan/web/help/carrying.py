"""What was read before a person is asked: taken along into the request, so that nobody has to tell it twice (S110)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from pelekan.knowledge import trees
from pelekan.knowledge.models import ArticleKind, Translation
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Place
from pelekan.lib.text import one_line
from pelekan.tickets.models import Ticket
from pelekan.web import footsteps
from pelekan.web.help import addresses
from pelekan.web.help.frame import reader_of


@dataclass(frozen=True)
class Carried:
    """The article that did not help (its translation), and in a tree the answers given so far."""

    translation: Translation
    way: str = ""
    taken: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        return self.translation.published.title if self.translation.published else ""

    @property
    def href(self) -> str:
        return addresses.article(self.translation.language, self.translation.pk, self.translation.slug)

    def context(self) -> dict[str, Any]:
        """For `Incoming.context`, whose words agents see beside the ticket."""
        said = {"read_before": self.title}
        if self.taken:
            said["found_out"] = one_line(
                " → ".join(f"{question} {answer}" for question, answer in self.taken), 1_000
            )
        return said


def carried(request: HttpRequest) -> Carried | None:
    """From `article` and `way` of the address or the form; None for what the reader may not read, or never was."""
    given = request.POST if request.method == "POST" else request.GET
    pk, way = given.get("article", ""), given.get("way", "")[:200]
    if not (pk.isascii() and pk.isdigit() and len(pk) < 18):
        return None
    found = (
        Translation.objects.readable_by(reader_of(request))
        .select_related("article", "published")
        .filter(pk=int(pk))
        .first()
    )
    if found is None or found.published is None:
        return None
    steps = way.split("-") if way else []
    if found.article.kind != ArticleKind.TREE or not all(one.isascii() and one.isdigit() for one in steps):
        return Carried(found)
    try:
        stand = trees.stand(found.published.data, tuple(int(one[:3]) for one in steps))
    except trees.NoSuchWay:
        return Carried(found)
    return Carried(found, way, tuple(stand.taken))


def went_on(request: HttpRequest, along: Carried | None, ticket: Ticket) -> None:
    """The request was made: the article was looked at, and did not help."""
    if along is None:
        return
    visit = footsteps.visit_of(request, Place.HELP, along.translation.language)
    offer = walking.offered([along.translation.article_id], place=Place.HELP, visit=visit)
    walking.clicked(offer)
    walking.went_on(offer, ticket)
