"""The community's nouns in the API: what everybody sees on its pages, and for the team what waits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.urls import reverse
from ninja import Schema
from pydantic import Field, StringConstraints

from pelekan.api.v1.shapes import Strict
from pelekan.knowledge.community import following
from pelekan.knowledge.community.models import Post, Space, State, Topic

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Page = Annotated[int, Field(ge=1, le=200)]
After = Annotated[int, Field(ge=0, lt=2**63)]
Id = Annotated[int, Field(ge=1, lt=2**63)]


class SpaceOut(Schema):
    """`read`: public, customers, groups; `write`: customers, answers (the team begins), team."""

    slug: str
    names: dict[str, str]
    descriptions: dict[str, str]
    read: str
    write: str
    url: str


class PostOut(Schema):
    """`author`: the public name; never an address. `team`: one of the team, or the desk itself. `state`: shown, waiting,
    refused, deleted; others than the author and the team meet only what is shown, and deleted ones without words."""

    id: int
    topic: int
    parent: int | None
    first: bool
    author: str
    member: int | None
    team: bool
    text: str
    source: str
    html: str
    votes: int
    accepted: bool
    state: str
    reasons: list[str]
    reports: int
    refused_because: str
    at: datetime
    edited_at: datetime | None


class TopicLine(Schema):
    """`solved`: an answer was accepted. `duplicate_of`: the topic where the same was asked before."""

    id: int
    space: str
    kind: str
    language: str
    title: str
    author: str
    solved: bool
    accepted: int | None
    answers: int
    votes: int
    pinned: bool
    locked: bool
    state: str
    duplicate_of: int | None
    begun_at: datetime
    last_at: datetime
    url: str


class TopicPage(Schema):
    topics: list[TopicLine]
    next: int | None


class TopicOut(TopicLine):
    """`posts`: its first 200; `next` goes into `after` of its posts."""

    posts: list[PostOut]
    next: int | None


class PostPage(Schema):
    posts: list[PostOut]
    next: int | None


class Hits(Schema):
    topics: list[TopicLine]


class TopicIn(Strict):
    """A new topic. `text` in the small language of the community; `space`: its slug; `as_desk`: under the desk's name."""

    space: Annotated[str, StringConstraints(max_length=80)]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200)]
    text: Words
    language: Annotated[str, StringConstraints(pattern="^(fa|ar|en)$")]
    kind: Annotated[str, StringConstraints(pattern="^(question|discussion|idea)$")] = "question"
    as_desk: bool = False


class AnswerIn(Strict):
    """An answer; with `parent` (the id of a post) a comment on it."""

    text: Words
    parent: Id | None = None
    as_desk: bool = False


class ChangeIn(Strict):
    """Other words; `title` only for the first post of a topic."""

    text: Words
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""


class ReasonIn(Strict):
    """Why; its author reads it. `block`: he writes nothing more, too."""

    because: Line
    block: bool = False


class ReportIn(Strict):
    why: Annotated[str, StringConstraints(max_length=250)] = ""


class MoveIn(Strict):
    space: Annotated[str, StringConstraints(max_length=80)]


class IntoIn(Strict):
    into: Id


class DuplicateIn(Strict):
    """null: it is not the same."""

    of: Id | None


class SectionIn(Strict):
    """`section`: the slug of a section of the help centre."""

    section: Annotated[str, StringConstraints(max_length=80)]


class Made(Schema):
    """What was made of a topic: the id of the article (a draft) or of the ticket."""

    id: int


def space(row: Space) -> dict[str, Any]:
    return {
        "slug": row.slug, "names": row.names, "descriptions": row.descriptions, "read": row.read, "write": row.write,
        "url": settings.BASE_URL + reverse("community_space", args=["en", row.slug]),
    }  # fmt: skip


def topic(row: Topic) -> dict[str, Any]:
    return {
        "id": row.pk, "space": row.space.slug, "kind": row.kind, "language": row.language, "title": row.title,
        "author": row.begun_by.name if row.begun_by else "", "solved": row.accepted_id is not None, "accepted": row.accepted_id,
        "answers": row.answers, "votes": row.votes, "pinned": row.pinned_at is not None, "locked": row.locked_at is not None,
        "state": row.state, "duplicate_of": row.duplicate_of_id, "begun_at": row.begun_at.isoformat(), "last_at": row.last_at.isoformat(),
        "url": settings.BASE_URL + reverse("community_topic", args=[row.language, row.pk, row.slug]),
    }  # fmt: skip


def post(row: Post, *, team: bool, own: bool = False) -> dict[str, Any]:
    """`team`: for eyes of the team; `own`: for its author's."""
    words = team or row.state != State.DELETED
    near = team or own
    return {
        "id": row.pk, "topic": row.topic_id, "parent": row.parent_id, "first": row.first, "author": following.name_of(row),
        "member": row.member_id, "team": row.agent_id is not None, "text": row.text if words else "", "source": row.source if near else "",
        "html": row.html if words else "", "votes": row.votes, "accepted": row.topic.accepted_id == row.pk, "state": row.state,
        "reasons": row.reasons if team else [], "reports": sum(one.settled_at is None for one in row.reports.all()) if team else 0,
        "refused_because": row.refused_because if near else "", "at": row.at.isoformat(),
        "edited_at": row.edited_at.isoformat() if row.edited_at else None,
    }  # fmt: skip
