"""Who hears of what: by mail, once until he has looked, and never of what he may not read."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.knowledge import readers
from pelekan.knowledge.community import marks, members
from pelekan.knowledge.community.models import Following, Member, Post, Space, State, Topic
from pelekan.lib import due
from pelekan.lib.secrets import sign, verify
from pelekan.lib.text import isolate, one_line
from pelekan.lib.time import now as clock
from pelekan.people import desk, letters
from pelekan.people.identify import mail_address
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Event

PURPOSE = "community-off"
A_LITTLE = timedelta(minutes=2)
"""A mail waits so long: who sees the answer on the page at once needs none."""


# Choosing


@action
def follow(member: Member, on: Topic | Space, *, wanted: bool = True, now: datetime | None = None) -> None:
    """Hear of a topic or a space; or no longer."""
    where = {"topic": on} if isinstance(on, Topic) else {"space": on}
    Following.objects.update_or_create(
        member=member, **where, defaults={"ended": not wanted, "due_at": None, "told_at": None}
    )
    record(
        "member.followed" if wanted else "member.unfollowed", by=member.customer, at=now or clock(),
        member=member.pk, topic=on.pk if isinstance(on, Topic) else None, space=on.pk if isinstance(on, Space) else None,
    )  # fmt: skip


def follows(member: Member | None, on: Topic | Space) -> bool:
    if member is None:
        return False
    where = {"topic": on} if isinstance(on, Topic) else {"space": on}
    return Following.objects.filter(member=member, ended=False, **where).exists()


def seen(member: Member | None, topic: Topic | None, space: Space) -> None:
    """He looks at it: the next thing that happens is worth a mail again."""
    if member is None:
        return
    here = Q(topic=topic) | Q(space=space) if topic is not None else Q(space=space)
    told = Following.objects.filter(here, Q(told_at__isnull=False) | Q(due_at__isnull=False), member=member)
    if told.exists():
        told.update(told_at=None, due_at=None, leased_until=None)


# What happens


def heard(event: Event) -> None:
    """Reaction: a post stands in the open, or an answer was accepted. Its followers' mails fall due: three statements."""
    post = Post.objects.select_related("topic").filter(pk=event.data["post"]).first()
    if post is None or post.state != State.SHOWN:
        return
    if event.name == "topic.accepted":
        if post.member_id and event.customer_id != (post.member.customer_id if post.member else None):
            _due(
                Following.objects.filter(member=post.member_id, topic=post.topic_id),
                post,
                "accepted",
                event.at,
            )
        return
    if post.member_id:  # who takes part hears how it goes on, unless he said no
        Following.objects.get_or_create(member_id=post.member_id, topic_id=post.topic_id)
    rows = Following.objects.filter(topic=post.topic_id)
    _due(rows, post, "answer", event.at)
    if post.first:
        _due(Following.objects.filter(space=post.topic.space_id), post, "topic", event.at)
    for member in _mentioned(post):
        Following.objects.get_or_create(member=member, topic_id=post.topic_id)
        _due(Following.objects.filter(member=member, topic=post.topic_id), post, "mention", event.at)


def _mentioned(post: Post) -> list[Member]:
    """Participants of the topic whom the post names; a stranger can't be called by his name."""
    named = members.named(marks.mentioned(post.source)).values()
    here = set(Post.objects.filter(topic=post.topic_id, state=State.SHOWN).values_list("member", flat=True))
    return [one for one in named if one.pk in here]


def _due(rows: object, post: Post, why: str, at: datetime) -> None:
    waiting = rows.filter(ended=False, told_at=None, member__mails=True, member__blocked_at=None)  # type: ignore[attr-defined]
    if post.member_id and why != "accepted":
        waiting = waiting.exclude(member=post.member_id)
    fresh = waiting.filter(Q(due_at=None) | Q(why__in=["answer", "topic"]))
    if fresh.update(post=post, why=why, due_at=at + A_LITTLE, tries=0):
        due.queued(Following)


def tell_author(post: Post, why: str, now: datetime) -> None:
    """The author of a refused post hears of it, whatever he follows."""
    if post.member_id is None:
        return
    row, _made = Following.objects.get_or_create(member_id=post.member_id, topic_id=post.topic_id)
    if post.member is not None and post.member.mails:
        Following.objects.filter(pk=row.pk).update(post=post, why=why, due_at=now, tries=0, told_at=None)
        due.queued(Following)


# The mail


def tell(row: Following) -> datetime | None:
    """Job: one mail, if it is still true and he may still read it."""
    now = clock()
    post = (
        Post.objects.select_related("topic__space", "member", "agent__user")
        .filter(pk=row.post_id or 0)
        .first()
    )
    member = Member.objects.select_related("customer__user").get(pk=row.member_id)
    address = mail_address(member.customer)
    if post is None or not address or not _may_hear(row, member, post):
        due.settle(row, told_at=None)
        return None
    language = member.customer.user.language if member.customer.user else member.customer.language
    with transaction.atomic():
        due.settle(row, told_at=now)
        with translation.override(language):
            subject, lines = _words(row, post, language)
            letters.write(
                address, kind="community", subject=subject, lines=lines, language=language, way_out=_way_out(row, language), now=now
            )  # fmt: skip
    return None


JOB = due.Job(Following, tell, lease=timedelta(minutes=2))


def _may_hear(row: Following, member: Member, post: Post) -> bool:
    if member.blocked_at is not None or not member.mails:
        return False
    if row.why == "refused":
        return post.state == State.REFUSED
    if row.ended:
        return False
    return Post.objects.readable_by(readers.of_customer(member.customer)).filter(pk=post.pk).exists()


def _words(row: Following, post: Post, language: str) -> tuple[str, list[str]]:
    topic = post.topic
    title = isolate(topic.title)
    who = isolate(name_of(post))
    lead = {
        "answer": _("%(who)s wrote in “%(title)s”:"),
        "topic": _("%(who)s began the topic “%(title)s”:"),
        "mention": _("%(who)s named you in “%(title)s”:"),
        "accepted": _("Your answer in “%(title)s” was accepted. Thank you!"),
        "refused": _("What you wrote in “%(title)s” was not published."),
    }[row.why] % {"who": who, "title": title}
    said = isolate(post.refused_because) if row.why == "refused" else one_line(post.text, 400)
    if row.why == "refused":
        said = _("The reason: %(reason)s") % {"reason": said}
    page = reverse("community_topic", args=[language, topic.pk, topic.slug])
    lines = [lead, *([said] if row.why != "accepted" else []), f"{settings.BASE_URL}{page}#post-{post.pk}"]
    lines += [
        _("You get no further mail about this until you have looked. To end these mails with one click:"),
        _way_out(row, language),
    ]
    subject = _("Community: %(title)s") % {"title": topic.title}
    return subject, lines


def _way_out(row: Following, language: str) -> str:
    return str(settings.BASE_URL + reverse("community_off", args=[language, off_token(row)]))


def name_of(post: Post) -> str:
    """Who said it, as everybody reads it."""
    if post.agent is not None:
        return desk.sign().name if post.as_desk else post.agent.name
    return post.member.name if post.member else _("Somebody")


# One click


def off_token(row: Following) -> str:
    """What the link of a mail holds: it ends this one, or all mails of the community to this member, and nothing else."""
    return f"{row.pk}-{sign(PURPOSE, str(row.pk), settings.SECRET_KEY)}"


def of_token(token: str) -> Following | None:
    number, _dash, signature = token.partition("-")
    if not verify(PURPOSE, number, signature, settings.SECRET_KEY):
        return None
    return (
        Following.objects.select_related("member__customer", "topic", "space").filter(pk=int(number)).first()
    )


@action
def end(row: Following, *, all_mails: bool = False, again: bool = False, now: datetime | None = None) -> None:
    """No more mail about this (or none at all); or `again`."""
    if all_mails or again:
        members.want_mail(row.member, again, now=now)
    row.ended, row.due_at = not again, None
    row.save(update_fields=["ended", "due_at"])
    record(
        "member.ended_mail",
        by=row.member.customer,
        at=now or clock(),
        member=row.member_id,
        again=again,
        all=all_mails,
    )
