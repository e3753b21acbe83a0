"""What is done about topics and posts: voting, accepting, looking at what waits, reporting, locking, pinning, moving, merging.
Each act stands in the log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, F
from django.utils.translation import gettext as _

from pelekan.knowledge.community import following, marks
from pelekan.knowledge.community.keeping import rules
from pelekan.knowledge.community.models import Following, Member, Post, Report, Space, State, Topic, Vote
from pelekan.knowledge.community.sifting import REPORTED
from pelekan.knowledge.community.writing import Author, MayNot, person, recount, show, take_out, watchers
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe

# By readers


@action
def vote(post: Post, *, by: Member, wanted: bool = True, now: datetime | None = None) -> int:
    """One vote each, and back again; how many there are now. One can't vote for oneself."""
    now = now or clock()
    post = Post.objects.select_for_update(of=("self",)).select_related("topic").get(pk=post.pk)
    if post.member_id == by.pk:
        raise MayNot(_("You can't vote for what you said yourself."))
    if by.blocked_at is not None or post.state != State.SHOWN:
        raise MayNot(_("You can't vote here."))
    if wanted:
        Vote.objects.get_or_create(post=post, member=by, defaults={"at": now})
    else:
        Vote.objects.filter(post=post, member=by).delete()
    number = Vote.objects.filter(post=post).count()
    if number != post.votes:
        post.votes = number
        post.save(update_fields=["votes"])
        recount(post.topic, now)
        _record("post.voted" if wanted else "post.unvoted", post.topic, by, now, post=post.pk)
    return number


@action
def accept(post: Post, *, by: Author, wanted: bool = True, now: datetime | None = None) -> None:
    """This answer solved it, say the asker or the team; or (not `wanted`) it did not."""
    now = now or clock()
    topic = Topic.objects.select_for_update().get(pk=post.topic_id)
    if isinstance(by, Member) and (topic.begun_by_id != by.pk or by.blocked_at is not None):
        raise MayNot(_("Only who asked, or the team, says which answer solved it."))
    if post.first or post.parent_id is not None or post.state != State.SHOWN:
        raise MayNot(_("Only an answer can be accepted."))
    topic.accepted_id = post.pk if wanted else (None if topic.accepted_id == post.pk else topic.accepted_id)
    topic.changed_at = now
    topic.save(update_fields=["accepted", "changed_at"])
    _record("topic.accepted" if wanted else "topic.unaccepted", topic, by, now, post=post.pk)


@action
def report(post: Post, *, by: Member, why: str, now: datetime | None = None) -> None:
    """Say that it should not stand here. Once for each reader; after so many as the desk wants (its rules) it waits for a look."""
    now = now or clock()
    post = Post.objects.select_for_update(of=("self",)).select_related("topic").get(pk=post.pk)
    if post.state != State.SHOWN or post.member_id == by.pk or by.blocked_at is not None:
        raise MayNot(_("This can't be reported."))
    _row, made = Report.objects.get_or_create(
        post=post, member=by, defaults={"why": one_line(why, 250), "at": now}
    )
    if not made:
        return
    _record("post.reported", post.topic, by, now, post=post.pk, agents=watchers())
    enough = rules().hide_after
    if enough and post.agent_id is None and post.reports.filter(settled_at=None).count() >= enough:
        take_out(post, State.WAITING, now)
        post.reasons = [REPORTED]
        post.save(update_fields=["reasons"])
        _record("post.hidden", post.topic, by, now, post=post.pk)


# By the team: what waits


def waiting() -> Any:
    """Posts that somebody should look at, the oldest first: those that wait, and those that readers reported."""
    reported = Report.objects.filter(settled_at=None).values("post")
    rows = Post.objects.filter(state=State.WAITING) | Post.objects.filter(pk__in=reported, state=State.SHOWN)
    return rows.select_related("topic__space", "member__customer", "agent__user", "parent").order_by(
        "at", "pk"
    )


def waiting_sql(most: int) -> str:
    """How many they are, counted up to `most`: for the desk's navigation, which counts everything in one query."""
    return (
        "SELECT COUNT(*) FROM (SELECT p.id FROM community_post p WHERE p.state = 'waiting' UNION SELECT p.id FROM community_report r"
        " JOIN community_post p ON p.id = r.post_id WHERE r.settled_at IS NULL AND p.state = 'shown' LIMIT "
        f"{int(most)}) x"
    )


@action
def approve(post: Post, *, by: Agent, now: datetime | None = None) -> None:
    """It stands in the open; what was reported of it is settled."""
    now = now or clock()
    post = Post.objects.select_for_update(of=("self",)).select_related("topic", "member").get(pk=post.pk)
    post.reports.filter(settled_at=None).update(settled_at=now)
    if post.state == State.WAITING:
        again = REPORTED in post.reasons or post.edited_at is not None
        post.reasons = []
        post.save(update_fields=["reasons"])
        show(post, now)
        _record("post.approved", post.topic, by, now, post=post.pk)
        if not again:  # who follows was told of it before
            _record("post.shown", post.topic, by, now, post=post.pk)
        else:
            _record("post.changed", post.topic, by, now, post=post.pk)
    else:
        _record("post.kept", post.topic, by, now, post=post.pk)


@action
def refuse(post: Post, *, by: Agent, because: str, now: datetime | None = None) -> None:
    """It does not stand in the open; its author reads why."""
    now = now or clock()
    because = one_line(because, 250)
    if not because:
        raise CannotBe("because", _("Say why; the author reads it."))
    post = Post.objects.select_for_update(of=("self",)).select_related("topic", "member").get(pk=post.pk)
    if post.state in (State.REFUSED, State.DELETED):
        return
    post.reports.filter(settled_at=None).update(settled_at=now)
    post.refused_because = because
    post.save(update_fields=["refused_because"])
    take_out(post, State.REFUSED, now)
    record(
        "post.refused", by=by, at=now, because=because, topics=["desk", "community"], post=post.pk, topic=post.topic_id, space=post.topic.space_id
    )  # fmt: skip
    following.tell_author(post, "refused", now)


# By the team: topics


@action
def lock(topic: Topic, *, by: Agent, wanted: bool = True, now: datetime | None = None) -> None:
    """Nobody but the team writes in it any more; or again everybody."""
    now = now or clock()
    _set(topic, now, locked_at=now if wanted else None)
    _record("topic.locked" if wanted else "topic.unlocked", topic, by, now)


@action
def pin(topic: Topic, *, by: Agent, wanted: bool = True, now: datetime | None = None) -> None:
    """It stands above the others of its space; or no longer."""
    now = now or clock()
    _set(topic, now, pinned_at=now if wanted else None)
    _record("topic.pinned" if wanted else "topic.unpinned", topic, by, now)


@action
def move(topic: Topic, space: Space, *, by: Agent, now: datetime | None = None) -> None:
    """To another space, whose readers read it from now on."""
    now = now or clock()
    before = topic.space_id
    if before == space.pk:
        return
    _set(topic, now, space=space)
    _record("topic.moved", topic, by, now, before=before)


@action
def mark_duplicate(topic: Topic, other: Topic | None, *, by: Agent, now: datetime | None = None) -> None:
    """It asks the same as `other`, to which its page leads; None: it does not."""
    now = now or clock()
    if other is not None:
        other = end_of(other)
        if other.pk == topic.pk or other.duplicate_of_id == topic.pk:
            raise CannotBe("other", _("Choose another topic than this one."))
    _set(topic, now, duplicate_of=other)
    _record(
        "topic.duplicate" if other else "topic.no_duplicate",
        topic,
        by,
        now,
        other=other.pk if other else None,
    )


@action
def merge(topic: Topic, into: Topic, *, by: Agent, now: datetime | None = None) -> Topic:
    """Everything of `topic` goes into `into`: posts, votes, followers; its address leads there. Its question becomes an
    answer there, with its title above it."""
    now = now or clock()
    into = end_of(into)
    held = {
        one.pk: one
        for one in Topic.objects.select_for_update().filter(pk__in=[topic.pk, into.pk]).order_by("pk")
    }
    topic, into = held[topic.pk], held[into.pk]
    if topic.pk == into.pk:
        raise CannotBe("other", _("Choose another topic than this one."))
    if topic.merged_into_id is not None or into.merged_into_id is not None or into.state != State.SHOWN:
        raise CannotBe("other", _("One of these topics isn't there any more."))
    if not _same_readers(topic.space, into.space):
        raise CannotBe(
            "other", _("These topics stand in spaces that different people read. Move one of them first.")
        )
    for first in topic.posts.filter(first=True):
        first.first = False
        first.source = f"**{topic.title.replace('*', '')}**\n\n{first.source}"
        first.html, first.text = marks.to_html(first.source), marks.plain(first.source)
        first.save(update_fields=["first", "source", "html", "text"])
    topic.posts.update(topic=into)
    _bring_followers(topic, into)
    Topic.objects.filter(merged_into=topic).update(merged_into=into)
    Topic.objects.filter(duplicate_of=topic).exclude(pk=into.pk).update(duplicate_of=into)
    Topic.objects.filter(pk=into.pk, duplicate_of=topic).update(duplicate_of=None)
    into = Topic.objects.get(pk=into.pk)
    accepted, topic.accepted = topic.accepted_id, None
    topic.merged_into, topic.changed_at = into, now
    topic.answers = 0
    topic.save()
    into.accepted_id = into.accepted_id or accepted
    into.ticket_id, into.article_id = into.ticket_id or topic.ticket_id, into.article_id or topic.article_id
    into.last_at = max(into.last_at, topic.last_at)
    into.save()
    recount(into, now)
    _record("topic.merged", into, by, now, other=topic.pk, title=topic.title)
    return into


def end_of(topic: Topic) -> Topic:
    """Where a merged topic is now."""
    return topic.merged_into if topic.merged_into is not None else topic


def _same_readers(one: Space, other: Space) -> bool:
    return one.pk == other.pk or (
        one.read == other.read
        and set(one.groups.values_list("pk", flat=True)) == set(other.groups.values_list("pk", flat=True))
    )


def _bring_followers(topic: Topic, into: Topic) -> None:
    known = set(Following.objects.filter(topic=into).values_list("member", flat=True))
    Following.objects.filter(topic=topic).exclude(member__in=known).update(topic=into)


def _set(topic: Topic, now: datetime, **values: Any) -> None:
    for name, value in {**values, "changed_at": now}.items():
        setattr(topic, name, value)
    topic.save(update_fields=[*values, "changed_at"])


def _record(name: str, topic: Topic, by: Author, now: datetime, **data: Any) -> None:
    record(
        name,
        by=person(by),
        at=now,
        topics=["desk", "community"],
        topic=topic.pk,
        space=topic.space_id,
        **data,
    )


# For the desk's lists


def unanswered() -> Any:
    """Questions that stand in the open and nobody has answered, the oldest first."""
    return (
        Topic.objects.filter(state=State.SHOWN, kind="question", answers=0, merged_into=None, duplicate_of=None, locked_at=None)
        .filter(space__archived_at=None, begun_by__isnull=False)
        .select_related("space", "begun_by")
        .annotate(since=F("begun_at"), comments_count=Count("posts"))
        .order_by("begun_at", "pk")
    )  # fmt: skip
