"""How many of the requests have an article (S121): by category, and the requests that have none.

A ticket is covered when a published article belongs to its category or to one above it, when an article was sent on it
as a card, or when an article that is out was drafted from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from pelekan.knowledge.deflection.models import WrongMark
from pelekan.knowledge.models import Article, Translation
from pelekan.knowledge.trail.models import Offer, Place
from pelekan.tickets.models import Category, Ticket


@dataclass(frozen=True)
class Line:
    """`category` None: tickets without one. `path` is its name with those above it."""

    category: int | None
    path: str
    tickets: int
    covered: int
    articles: int


def _paths() -> tuple[dict[int, str], dict[int, int | None]]:
    rows = {row.pk: row for row in Category.objects.all()}
    paths: dict[int, str] = {}
    for row in rows.values():  # parents come first
        above = paths.get(row.parent_id, "") if row.parent_id else ""
        paths[row.pk] = f"{above} › {row.name}" if above else row.name
    return paths, {pk: row.parent_id for pk, row in rows.items()}


def with_article() -> set[int]:
    """Categories to which a published article belongs, and all that stand below them."""
    out = Article.objects.filter(archived_at=None, translations__published__isnull=False)
    direct = set(Category.objects.filter(articles__in=out).values_list("pk", flat=True))
    _paths_, above = _paths()
    found = set()
    for pk in above:
        at: int | None = pk
        while at is not None:
            if at in direct:
                found.add(pk)
                break
            at = above.get(at)
    return found


def _by_itself() -> Q:
    sent = Offer.objects.filter(place=Place.DESK, conversation__ticket=OuterRef("pk"))
    drafted = Translation.objects.filter(
        article__source=OuterRef("pk"), article__archived_at=None, published__isnull=False
    )
    return Q(Exists(sent)) | Q(Exists(drafted))


def lines(rows: QuerySet[Ticket], first: datetime, end: datetime) -> list[Line]:
    """One for each category that has tickets of this time among `rows`, the least covered first. Five queries."""
    there, (paths, _above) = with_article(), _paths()
    articles = dict(
        Article.objects.filter(
            archived_at=None, translations__published__isnull=False, categories__isnull=False
        )
        .values("categories")
        .annotate(many=Count("pk", distinct=True))
        .order_by()
        .values_list("categories", "many")
    )
    counted = (
        rows.filter(created_at__gte=first, created_at__lt=end)
        .values("category")
        .annotate(many=Count("pk"), itself=Count("pk", filter=_by_itself()))
        .order_by()
        .values_list("category", "many", "itself")
    )
    found = [
        Line(pk, paths.get(pk, ""), many, many if pk in there else itself, articles.get(pk, 0))
        for pk, many, itself in counted
    ]
    return sorted(found, key=lambda line: (-(line.tickets - line.covered), line.path))


def uncovered(
    rows: QuerySet[Ticket], category: int | None, first: datetime, end: datetime
) -> QuerySet[Ticket]:
    """The tickets behind a line that have no article, the newest first."""
    rows = rows.filter(created_at__gte=first, created_at__lt=end, category=category)
    return (rows.none() if category in with_article() else rows.exclude(_by_itself())).order_by(
        "-created_at", "-pk"
    )


def wrong() -> QuerySet[WrongMark]:
    """Marks of articles that nobody has settled yet."""
    rows = WrongMark.objects.filter(settled_at=None, translation__article__archived_at=None)
    return rows.select_related(
        "translation__published", "translation__article", "agent__user", "ticket"
    ).order_by("-at")
