"""What is no longer kept: single rows after the retention, and whose steps they were when a customer asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from pelekan.knowledge.trail.days import bounds
from pelekan.knowledge.trail.habits import habits
from pelekan.knowledge.trail.models import Gap, Habits, Offer, Question, Reading, Tally, Topic, Visit
from pelekan.lib.unhurried import unhurried
from pelekan.people.models import Customer

AT_ONCE = 2_000
RARE = 3
"""Words that fewer asked could tell who asked: such a topic goes with its questions."""


def forget_old(now: datetime) -> int:
    """Delete the rows of days that are summed for good and older than the retention; how many. The sums stay."""
    stands = Habits.objects.filter(pk=1).values_list("summed_on", flat=True).first()
    if stands is None:
        return 0
    before = min(now - timedelta(days=habits().keep_days), bounds(stands)[0])
    number = 0
    rows: list[QuerySet[Any]] = [
        Offer.objects.filter(at__lt=before),
        Reading.objects.filter(at__lt=before),
        Question.objects.filter(at__lt=before),
        Visit.objects.filter(last_at__lt=before, began_at__lt=before),
    ]
    for one in rows:
        number += _delete(one)
    _forget_rare(before)
    return number


def _delete(rows: QuerySet[Any]) -> int:
    number = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with unhurried():
            number += (
                rows.model._default_manager.filter(pk__in=ids).delete()[1].get(rows.model._meta.label, 0)
            )
    return number


def _forget_rare(before: datetime) -> None:
    """Topics that hardly anybody asked for, once their questions are gone."""
    old = Topic.objects.filter(made_at__lt=before, questions=None, others=None, lead=None).exclude(
        pk__in=Gap.objects.filter(topic__isnull=False).values("topic")
    )
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    sums = Tally.objects.filter(of="topic", key__in=[str(pk) for pk in ids]).values("key")
    often = {int(row["key"]) for row in sums.annotate(n=Sum("questions")) if (row["n"] or 0) >= RARE}
    rare = [pk for pk in ids if pk not in often]
    with unhurried():
        Tally.objects.filter(of="topic", key__in=[str(pk) for pk in rare]).delete()
        Topic.objects.filter(pk__in=rare).delete()


def unlink(customer: Customer) -> int:
    """Nothing of the trail tells any more that it was this customer's; the counts stay. How many visits there were.
    For whoever erases a customer's data."""
    visits = Visit.objects.filter(customer=customer)
    Question.objects.filter(visit__in=visits).update(ticket=None)
    Offer.objects.filter(visit__in=visits).update(ticket=None, conversation=None)
    return visits.update(customer=None, organization=None, plan="", groups=[], ticket=None, key="")


def export(customer: Customer, most: int = 10_000) -> list[dict[str, Any]]:
    """What the trail knows of a customer, for him: {at, what, text}."""
    asked = Question.objects.filter(visit__customer=customer).order_by("-at")
    read = Reading.objects.filter(visit__customer=customer).order_by("-at")
    rows: list[dict[str, Any]] = [
        {"at": at, "what": "question", "text": text} for at, text in asked.values_list("at", "text")[:most]
    ]
    rows += [
        {"at": at, "what": "article", "text": title or ""}
        for at, title in read.values_list("at", "translation__published__title")[:most]
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)[:most]
