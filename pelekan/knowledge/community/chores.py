"""What is looked at now and then: questions that nobody answers, pictures that nobody sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from pelekan.knowledge.community.keeping import rules
from pelekan.knowledge.community.models import Picture, Topic
from pelekan.knowledge.community.steering import unanswered
from pelekan.knowledge.community.writing import watchers
from pelekan.lib import files
from pelekan.tickets.events import action, record

A_DAY = timedelta(hours=24)


def alarm(now: datetime) -> None:
    """Chore: tell the managers of questions that stand without an answer for longer than the desk wants, each once."""
    hours = rules().unanswered_hours
    if hours and unanswered().filter(told_at=None, begun_at__lte=now - timedelta(hours=hours)).exists():
        _tell(now, hours)


@action
def _tell(now: datetime, hours: int) -> None:
    found = unanswered().filter(told_at=None, begun_at__lte=now - timedelta(hours=hours))
    ids = list(found.values_list("pk", flat=True)[:500])
    Topic.objects.filter(pk__in=ids).update(told_at=now)
    if ids and (agents := watchers()):
        record("community.unanswered", at=now, topics=["desk"], agents=agents, number=len(ids))


def drop_unsent(now: datetime) -> None:
    """Chore: pictures that no post took within a day."""
    for picture in Picture.objects.filter(post=None, at__lt=now - A_DAY)[:500]:
        picture.delete()
        files.remove(picture.path, settings.MEDIA_ROOT)
