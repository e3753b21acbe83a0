"""The community by the API: what its pages show to the same eyes, and writing in it.

Reading needs `community:read`, writing `community:write`: with a token in an agent's name as this agent, in a browser where a
customer is signed in as this customer. A token of the desk's own reads what everybody reads, and writes nothing.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import translation as languages
from ninja import Query, Router, Schema

from pelekan.api.problems import Problem
from pelekan.api.v1 import community_shapes as shapes
from pelekan.api.v1.community_doors import Comer, act, answer, comer, post_of, sending, topic_of
from pelekan.api.v1.community_shapes import (  # fmt: skip
    After,
    AnswerIn,
    ChangeIn,
    Page,
    PostOut,
    PostPage,
    ReportIn,
    SpaceOut,
    TopicIn,
    TopicOut,
    TopicPage,
)
from pelekan.knowledge.community import finding, steering, writing
from pelekan.knowledge.community.models import Member, Post, Space, Topic
from pelekan.tickets.events import action

router = Router(tags=["community"])
POSTS = 200


class Filters(Schema):
    """`show`: all, unanswered, solved, ideas."""

    space: str = ""
    language: str = ""
    show: str = "all"
    q: str = ""
    after: After = 0
    limit: Page = 50


class Part(Schema):
    after: After = 0
    limit: Page = POSTS


@router.get("/spaces", response=list[SpaceOut], summary="Spaces")
def spaces(request: HttpRequest) -> Any:
    return [shapes.space(one) for one in Space.objects.readable_by(comer(request).reader)]


@router.get("/topics", response=TopicPage, summary="Topics")
def topics(request: HttpRequest, filters: Query[Filters]) -> Any:
    """By id; `next` goes into `after`. With `q` those that fit best instead, the best first, in one page."""
    who = comer(request)
    if filters.q.strip():
        found = finding.find(
            filters.q, reader=who.reader, language=filters.language, limit=min(filters.limit, 30)
        )
        kept = [one.topic for one in found if not filters.space or one.topic.space.slug == filters.space]
        return {"topics": [shapes.topic(one) for one in kept], "next": None}
    rows = Topic.objects.readable_by(who.reader).filter(pk__gt=filters.after).select_related("begun_by")
    if filters.space:
        rows = rows.filter(space__slug=filters.space)
    if filters.language:
        rows = rows.filter(language=filters.language)
    if filters.show not in _SHOWN:
        raise Problem(422, "See `errors`.", errors=[{"field": "show", "message": f"One of {', '.join(_SHOWN)}."}])  # fmt: skip
    some = list(rows.filter(_SHOWN[filters.show]).order_by("pk")[: filters.limit + 1])
    page = some[: filters.limit]
    return {
        "topics": [shapes.topic(one) for one in page],
        "next": page[-1].pk if len(some) > filters.limit else None,
    }


_SHOWN = {
    "all": Q(), "unanswered": Q(kind="question", answers=0, duplicate_of=None), "solved": Q(accepted__isnull=False),
    "ideas": Q(kind="idea"),
}  # fmt: skip


@router.get("/topics/{int:pk}", response=TopicOut, summary="One topic with what was said in it")
def show(request: HttpRequest, pk: int) -> Any:
    """Of a merged topic, the one where it is now."""
    who = comer(request)
    return out(who, topic_of(who, pk))


@router.get("/topics/{int:pk}/posts", response=PostPage, summary="What was said in a topic")
def posts(request: HttpRequest, pk: int, part: Query[Part]) -> Any:
    who = comer(request)
    return _posts(who, topic_of(who, pk), part.after, part.limit)


@router.post("/topics", response={201: TopicOut}, summary="A new topic")
def ask(request: HttpRequest, values: TopicIn) -> Any:
    """What waits for a look says so in `state`."""
    who = comer(request, "community:write")
    by, how = who.author, sending(request, who)
    space = Space.objects.readable_by(who.reader).filter(slug=values.space).first()
    if space is None:
        raise Problem(422, "There is no such space.", errors=[{"field": "space", "message": "Unknown slug."}])

    @action
    def work() -> tuple[int, dict[str, Any]]:
        made = writing.ask(
            space, by=by, title=values.title, source=values.text, language=values.language, kind=values.kind,
            as_desk=values.as_desk, sending=how,
        )  # fmt: skip
        return 201, out(who, made)

    return answer(request, work)


@router.post("/topics/{int:pk}/answers", response={201: PostOut}, summary="An answer, or a comment on a post")
def reply(request: HttpRequest, pk: int, values: AnswerIn) -> Any:
    who = comer(request, "community:write")
    by, topic = who.author, topic_of(who, pk)
    parent = post_of(who, values.parent) if values.parent else None
    how = sending(request, who)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        made = writing.answer(
            topic,
            by=by,
            source=values.text,
            parent=parent,
            as_desk=values.as_desk,
            sending=how,
        )
        return 201, single(who, made.pk)

    return answer(request, work)


@router.get("/posts/{int:pk}", response=PostOut, summary="One post")
def one(request: HttpRequest, pk: int) -> Any:
    who = comer(request)
    return single(who, post_of(who, pk).pk)


@router.put("/posts/{int:pk}", response=PostOut, summary="Other words for a post")
def change(request: HttpRequest, pk: int, values: ChangeIn) -> Any:
    """By its author for an hour (a setting of the desk), by the team always. The former words stay in its history."""
    who = comer(request, "community:write")
    by, post = who.author, post_of(who, pk)
    title = values.title or (post.topic.title if post.first else "")

    @action
    def work() -> tuple[int, dict[str, Any]]:
        return 200, single(who, writing.change(post, by=by, source=values.text, title=title).pk)

    return answer(request, work)


@router.post("/posts/{int:pk}/accept", response=PostOut, summary="This answer solved it")
def accept(request: HttpRequest, pk: int) -> Any:
    """Says who asked, or the team."""
    return _accepting(request, pk, True)


@router.post("/posts/{int:pk}/unaccept", response=PostOut, summary="It did not solve it after all")
def unaccept(request: HttpRequest, pk: int) -> Any:
    return _accepting(request, pk, False)


def _accepting(request: HttpRequest, pk: int, wanted: bool) -> Any:
    who = comer(request, "community:write")
    by, post = who.author, post_of(who, pk)
    act(request, who)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        steering.accept(post, by=by, wanted=wanted)
        return 200, single(who, pk)

    return answer(request, work)


@router.post("/posts/{int:pk}/vote", response=PostOut, summary="A vote for it")
def vote(request: HttpRequest, pk: int) -> Any:
    """Customers only; one each."""
    return _voting(request, pk, True)


@router.post("/posts/{int:pk}/unvote", response=PostOut, summary="The vote taken back")
def unvote(request: HttpRequest, pk: int) -> Any:
    return _voting(request, pk, False)


def _voting(request: HttpRequest, pk: int, wanted: bool) -> Any:
    who = comer(request, "community:write")
    member, post = _member(who), post_of(who, pk)
    act(request, who)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        steering.vote(post, by=member, wanted=wanted)
        return 200, single(who, pk)

    return answer(request, work)


@router.post(
    "/posts/{int:pk}/report", response={204: None}, summary="Tell the team that it should not stand there"
)
def report(request: HttpRequest, pk: int, values: ReportIn) -> Any:
    """Customers only; one each."""
    who = comer(request, "community:write")
    member, post = _member(who), post_of(who, pk)
    act(request, who)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        steering.report(post, by=member, why=values.why)
        return 204, {}

    return answer(request, work)


@router.delete("/posts/{int:pk}", response={204: None}, summary="Taken back by its author")
def take_back(request: HttpRequest, pk: int) -> Any:
    who = comer(request, "community:write")
    member, post = _member(who), post_of(who, pk)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        writing.delete(post, by=member)
        return 204, {}

    return answer(request, work)


def _member(who: Comer) -> Member:
    if who.member is None:
        raise Problem(403, "Only customers do this, in a browser where they are signed in and have a name in the community.", code="no_name")  # fmt: skip
    return who.member


def out(who: Comer, topic: Topic) -> dict[str, Any]:
    row = Topic.objects.select_related("space", "begun_by").get(pk=topic.pk)
    return {**shapes.topic(row), **_posts(who, row, 0, POSTS)}


def _posts(who: Comer, topic: Topic, after: int, limit: int) -> dict[str, Any]:
    rows = Post.objects.filter(topic=topic, pk__gt=after)
    if who.agent is None:
        mine = Q(pk__in=Post.objects.readable_by(who.reader).filter(topic=topic))
        if who.member is not None:
            mine |= Q(member=who.member)
        rows = rows.filter(mine)
    rows = rows.select_related("topic", "member", "agent__user").order_by("pk")
    if who.agent is not None:
        rows = rows.prefetch_related("reports")
    some = list(rows[: limit + 1])
    page = some[:limit]
    with languages.override("en"):
        shown = [shape(who, one) for one in page]
    return {"posts": shown, "next": page[-1].pk if len(some) > limit else None}


def single(who: Comer, pk: int) -> dict[str, Any]:
    row = Post.objects.select_related("topic", "member", "agent__user").get(pk=pk)
    with languages.override("en"):
        return shape(who, row)


def shape(who: Comer, row: Post) -> dict[str, Any]:
    own = who.member is not None and row.member_id == who.member.pk
    return shapes.post(row, team=who.agent is not None, own=own)
