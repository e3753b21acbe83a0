"""What people say: topics, answers, comments; changed and taken back by who said it.

Events: `post.shown` when it stands in the open (at once, or once somebody has looked), `post.waiting` when it does not
yet, `post.changed`, `post.deleted`. All carry {"post", "topic", "space"}; what follows is in `pelekan.reactions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from pelekan.knowledge.community import marks, members, sifting
from pelekan.knowledge.community.keeping import rules
from pelekan.knowledge.community.models import Edit, Kind, Member, Picture, Post, Space, State, Topic, Writers
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer, Language, Role
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe

Author = Member | Agent
A_WHILE = timedelta(hours=24)
"""How far back likeness is looked for."""
MOST_COMPARED = 60


class MayNot(Exception):
    """He may not write this here; the text says why, in his language."""


@dataclass(frozen=True)
class Sending:
    """How it was sent: the form's own id, how long it was open, whether the hidden field was filled, and whether it was
    more at once than usual."""

    client_id: str = ""
    seconds: float | None = None
    trapped: bool = False
    hurried: bool = False


@action
def ask(
    space: Space,
    *,
    by: Author,
    title: str,
    source: str,
    language: str,
    kind: str = Kind.QUESTION,
    as_desk: bool = False,
    sending: Sending | None = None,
    now: datetime | None = None,
) -> Topic:
    """A new topic. The same sending again gives the same topic. MayNot, CannotBe (at "title" or "text")."""
    now, sending = now or clock(), sending or Sending()
    by = _held(by)
    if known := _sent_before(by, sending):
        return known.topic
    may_write(by, space)
    title = one_line(title, 200)
    if len(title) < 4:
        raise CannotBe("title", _("Say in a few words what it is about."))
    source = _fit(source)
    topic = Topic.objects.create(
        space=space, kind=kind if kind in Kind.values else Kind.QUESTION, title=title, slug=slug_of(title),
        language=language if language in Language.values else "en",
        begun_by=by if isinstance(by, Member) else None, begun_at=now, last_at=now, changed_at=now,
    )  # fmt: skip
    post = _write(topic, by, source, now, sending, as_desk=as_desk, first=True, title=title)
    topic.state = post.state
    topic.save(update_fields=["state"])
    return topic


@action
def answer(
    topic: Topic,
    *,
    by: Author,
    source: str,
    parent: Post | None = None,
    as_desk: bool = False,
    sending: Sending | None = None,
    now: datetime | None = None,
) -> Post:
    """An answer, or with `parent` a comment on one or on the question. The same sending again gives the same post."""
    now, sending = now or clock(), sending or Sending()
    by = _held(by)
    if known := _sent_before(by, sending):
        return known
    topic = Topic.objects.select_for_update().get(pk=topic.pk)
    may_write(by, topic.space, topic)
    if topic.state != State.SHOWN or topic.merged_into_id is not None:
        raise MayNot(_("This topic isn't there any more."))
    if parent is not None:
        parent = parent.parent or parent  # one level
        if parent.topic_id != topic.pk or parent.state != State.SHOWN:
            raise MayNot(_("What you comment on isn't there any more."))
    return _write(topic, by, _fit(source), now, sending, as_desk=as_desk, parent=parent)


@action
def change(post: Post, *, by: Author, source: str, title: str = "", now: datetime | None = None) -> Post:
    """Other words, by the author while the time for it runs, or by an agent. The former ones stay in the history."""
    now = now or clock()
    by = _held(by)
    post = Post.objects.select_for_update(of=("self",)).select_related("topic__space").get(pk=post.pk)
    if not may_change(post, by, now):
        raise MayNot(_("This can't be changed any more."))
    topic, source = post.topic, _fit(source)
    title = one_line(title, 200) if post.first else ""
    if post.first and len(title) < 4:
        raise CannotBe("title", _("Say in a few words what it is about."))
    if source == post.source and title in ("", topic.title):
        return post
    Edit.objects.create(
        post=post, title=topic.title if post.first else "", source=post.source, html=post.html, at=now,
        by_agent=by if isinstance(by, Agent) else None,
    )  # fmt: skip
    _put_words(post, source)
    post.edited_at = now
    if post.state == State.SHOWN and isinstance(
        by, Member
    ):  # whoever is trusted may still be caught by links and words
        post.reasons = [one for one in _reasons(post, by, Sending(), now, title) if one != sifting.FIRST]
    post.save()
    _bind(post, by)
    if post.reasons and post.state == State.SHOWN:
        take_out(post, State.WAITING, now)
    if post.first:
        topic.title, topic.state = title, post.state
        if title:
            topic.slug = slug_of(title)
        topic.save(update_fields=["title", "slug", "state"])
    recount(topic, now)
    _record("post.changed", post, by, now)
    if post.state == State.WAITING and isinstance(by, Member):
        _record("post.waiting", post, by, now, reasons=post.reasons, agents=watchers())
    return post


@action
def delete(post: Post, *, by: Member, now: datetime | None = None) -> None:
    """Take back what one said. A topic that others have answered stays, without its first words."""
    now = now or clock()
    post = Post.objects.select_for_update(of=("self",)).select_related("topic").get(pk=post.pk)
    if post.member_id != by.pk or post.state == State.DELETED:
        raise MayNot(_("You can only take back what you said yourself."))
    take_out(post, State.DELETED, now)
    _record("post.deleted", post, by, now)


def may_change(post: Post, by: Author | None, now: datetime) -> bool:
    """Whether `by` may write other words into it now."""
    if by is None or post.state in (State.DELETED, State.REFUSED):
        return False
    if isinstance(by, Agent):
        return True
    if post.member_id != by.pk or by.blocked_at is not None or post.topic.locked_at is not None:
        return False
    return now < post.at + timedelta(minutes=rules().edit_minutes)


def may_write(by: Author, space: Space, topic: Topic | None = None) -> None:
    """MayNot says why not."""
    if isinstance(by, Agent):
        return
    if by.blocked_at is not None:
        raise MayNot(_("The team has ended your taking part in the community. You can still make requests."))
    if space.archived_at is not None:
        raise MayNot(_("This space is closed."))
    if topic is not None and topic.locked_at is not None:
        raise MayNot(_("This topic is closed: nobody writes here any more."))
    if space.write == Writers.TEAM or (space.write == Writers.ANSWERS and topic is None):
        raise MayNot(_("Only the team begins topics in this space.") if topic is None else _("Only the team writes in this space."))  # fmt: skip


# What they share


def slug_of(title: str) -> str:
    """For the eye, in any script."""
    return slugify(title.replace("\u200c", "-"), allow_unicode=True)[:150].strip("-") or "topic"


def show(post: Post, now: datetime) -> None:
    """It stands in the open from now on. `topic` knows of it."""
    post.state = State.SHOWN
    post.save(update_fields=["state"])
    topic = post.topic
    if post.first:
        topic.state = State.SHOWN
        topic.save(update_fields=["state"])
    if post.member is not None:
        Member.objects.filter(pk=post.member_id or 0).update(approved=F("approved") + 1)
    Topic.objects.filter(pk=topic.pk).update(last_at=now)
    recount(topic, now)


def take_out(post: Post, state: str, now: datetime) -> None:
    """It stands in the open no more, as `state` says. A topic goes with its first words unless others answered them."""
    shown = post.state == State.SHOWN
    post.state = state
    post.save(update_fields=["state"])
    topic = post.topic
    if topic.accepted_id == post.pk:
        topic.accepted = None
        topic.save(update_fields=["accepted"])
    if shown:
        Member.objects.filter(pk=post.member_id or 0, approved__gt=0).update(approved=F("approved") - 1)
    if post.first:
        others = topic.posts.filter(state=State.SHOWN).exclude(pk=post.pk)
        if post.member_id:
            others = others.exclude(member=post.member_id)
        topic.state = State.SHOWN if state == State.DELETED and others.exists() else state
        topic.save(update_fields=["state"])
    recount(topic, now)


def recount(topic: Topic, now: datetime) -> None:
    """Its numbers from its posts."""
    shown = topic.posts.filter(state=State.SHOWN)
    first = topic.posts.filter(first=True).values_list("votes", flat=True).first() or 0
    topic.answers, topic.votes, topic.changed_at = shown.filter(first=False, parent=None).count(), first, now
    topic.save(update_fields=["answers", "votes", "changed_at"])


def watchers() -> list[int]:
    """Who is told of what waits: the managers, else the admins."""
    working = Agent.objects.filter(disabled_at=None, user__is_active=True).order_by("pk")
    for role in (Role.MANAGER, Role.ADMIN):
        if found := list(working.filter(role=role).values_list("pk", flat=True)[:50]):
            return found
    return []


def person(by: Author) -> Agent | Customer:
    """Who stands in the log."""
    return by if isinstance(by, Agent) else by.customer


def _record(name: str, post: Post, by: Author, now: datetime, **data: Any) -> None:
    record(
        name, by=person(by), at=now, topics=["desk", "community"], post=post.pk, topic=post.topic_id, space=post.topic.space_id, **data
    )  # fmt: skip


def _held(by: Author) -> Author:
    """A member as he is now, his row held: of two sendings at once, the second finds what the first one wrote."""
    if isinstance(by, Agent):
        return by
    return Member.objects.select_for_update(of=("self",)).select_related("customer").get(pk=by.pk)


def _sent_before(by: Author, sending: Sending) -> Post | None:
    if not sending.client_id:
        return None
    mine = Q(agent=by) if isinstance(by, Agent) else Q(member=by)
    return Post.objects.select_related("topic").filter(mine, client_id=sending.client_id).first()


def _fit(source: str) -> str:
    text = marks.tidy(source)
    if not text:
        raise CannotBe("text", _("Write something."))
    if len(source.strip()) > marks.LONGEST + 200:
        raise CannotBe("text", _("This text is too long. Shorten it, or write a second answer."))
    return text


def _write(
    topic: Topic, by: Author, source: str, now: datetime, sending: Sending, *, as_desk: bool = False,
    first: bool = False, parent: Post | None = None, title: str = "",
) -> Post:  # fmt: skip
    agent = by if isinstance(by, Agent) else None
    post = Post(
        topic=topic, parent=parent, first=first, member=by if isinstance(by, Member) else None, agent=agent,
        as_desk=as_desk and agent is not None, client_id=sending.client_id, at=now,
    )  # fmt: skip
    _put_words(post, source)
    if isinstance(by, Member):
        post.reasons = _reasons(post, by, sending, now, title)
    post.state = State.WAITING if post.reasons else State.SHOWN
    post.save()
    _bind(post, by)
    if post.state == State.SHOWN:
        show(post, now)
        _record("post.shown", post, by, now)
    else:
        _record("post.waiting", post, by, now, reasons=post.reasons, agents=watchers())
    return post


def _put_words(post: Post, source: str) -> None:
    known = [one.name for one in members.named(marks.mentioned(source)).values()]
    post.source, post.html, post.text = source, marks.to_html(source, known), marks.plain(source)
    post.folded = sifting.folded(post.text)


def _reasons(post: Post, by: Member, sending: Sending, now: datetime, title: str) -> list[str]:
    lately = Post.objects.filter(
        Q(member=by) | Q(state__in=[State.WAITING, State.REFUSED]), at__gt=now - A_WHILE
    )
    compared = lately.exclude(pk=post.pk).order_by("-pk").values_list("folded", flat=True)[:MOST_COMPARED]
    kept = rules()
    return sifting.reasons(
        f"{title}\n{post.text}", trusted=by.approved >= kept.trust_after, links=marks.links(f"{title} {post.source}"), words=kept.words,
        lately=compared, seconds=sending.seconds, trapped=sending.trapped, hurried=sending.hurried,
        most_links=kept.most_links,
    )  # fmt: skip


def _bind(post: Post, by: Author) -> None:
    """Pictures that he sent before and that stand in the words belong to the post."""
    tokens = marks.pictures(post.source)
    mine = Q(agent=by) if isinstance(by, Agent) else Q(member=by)
    if tokens:
        Picture.objects.filter(mine, token__in=tokens, post=None).update(post=post)
