"""The community looked after by the API, with `community:moderate` and in an agent's name: what waits, order, people, and what
becomes an article or a ticket. By the desk's own actions; each stands in the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from pelekan.api.problems import Problem
from pelekan.api.v1.community import out, shape, single
from pelekan.api.v1.community_doors import Comer, answer, keeper, post_of, topic_of
from pelekan.api.v1.community_shapes import (  # fmt: skip
    DuplicateIn,
    IntoIn,
    Made,
    MoveIn,
    Page,
    PostOut,
    PostPage,
    ReasonIn,
    SectionIn,
    TopicOut,
)
from pelekan.knowledge.community import members, passing, steering
from pelekan.knowledge.community.models import Member, Space, Topic
from pelekan.knowledge.models import Section
from pelekan.knowledge.readers import of_agent
from pelekan.people.models import Agent
from pelekan.tickets.events import action

router = Router(tags=["community"])


class Waiting(Schema):
    skip: Annotated[int, Field(ge=0, le=100_000)] = 0
    limit: Page = 50


@router.get("/waiting", response=PostPage, summary="What waits for a look")
def waiting(request: HttpRequest, part: Query[Waiting]) -> Any:
    """The oldest first; `reasons` say why, `reports` how many readers reported it. `next` goes into `skip`."""
    who = _who(keeper(request))
    start = part.skip
    some = list(steering.waiting().prefetch_related("reports")[start : start + part.limit + 1])
    return {
        "posts": [shape(who, one) for one in some[: part.limit]],
        "next": start + part.limit if len(some) > part.limit else None,
    }


@router.post("/posts/{int:pk}/approve", response=PostOut, summary="It may stand there")
def approve(request: HttpRequest, pk: int) -> Any:
    who = _who(keeper(request))
    post = post_of(who, pk)
    return _did(request, who, pk, lambda by: steering.approve(post, by=by))


@router.post("/posts/{int:pk}/refuse", response=PostOut, summary="It may not stand there")
def refuse(request: HttpRequest, pk: int, values: ReasonIn) -> Any:
    who = _who(keeper(request))
    post = post_of(who, pk)

    def work(by: Agent) -> None:
        steering.refuse(post, by=by, because=values.because)
        if values.block and post.member is not None:
            members.block(post.member, by=by, because=values.because)

    return _did(request, who, pk, work)


def _did(request: HttpRequest, who: Comer, pk: int, act: Callable[[Agent], None]) -> Any:
    @action
    def work() -> tuple[int, dict[str, Any]]:
        assert who.agent is not None
        act(who.agent)
        return 200, single(who, pk)

    return answer(request, work)


@router.put("/topics/{int:pk}/locked", response=TopicOut, summary="Only the team writes in it any more")
def lock(request: HttpRequest, pk: int) -> Any:
    return _steered(request, keeper(request), pk, lambda topic, by: steering.lock(topic, by=by))


@router.delete("/topics/{int:pk}/locked", response=TopicOut, summary="Everybody writes in it again")
def unlock(request: HttpRequest, pk: int) -> Any:
    return _steered(request, keeper(request), pk, lambda topic, by: steering.lock(topic, by=by, wanted=False))


@router.put("/topics/{int:pk}/pinned", response=TopicOut, summary="It stands first in its space")
def pin(request: HttpRequest, pk: int) -> Any:
    return _steered(request, keeper(request), pk, lambda topic, by: steering.pin(topic, by=by))


@router.delete("/topics/{int:pk}/pinned", response=TopicOut, summary="It stands first no longer")
def unpin(request: HttpRequest, pk: int) -> Any:
    return _steered(request, keeper(request), pk, lambda topic, by: steering.pin(topic, by=by, wanted=False))


@router.put("/topics/{int:pk}/space", response=TopicOut, summary="To another space")
def move(request: HttpRequest, pk: int, values: MoveIn) -> Any:
    by = keeper(request)
    space = Space.objects.filter(slug=values.space, archived_at=None).first()
    if space is None:
        raise Problem(422, "There is no such space.", errors=[{"field": "space", "message": "Unknown slug."}])
    return _steered(request, by, pk, lambda topic, by: steering.move(topic, space, by=by))


@router.put("/topics/{int:pk}/duplicate", response=TopicOut, summary="Asked before, or not")
def duplicate(request: HttpRequest, pk: int, values: DuplicateIn) -> Any:
    by = keeper(request)
    other = topic_of(_who(by), values.of) if values.of else None
    return _steered(request, by, pk, lambda topic, by: steering.mark_duplicate(topic, other, by=by))


@router.put("/topics/{int:pk}/merged", response=TopicOut, summary="Merged into another topic")
def merge(request: HttpRequest, pk: int, values: IntoIn) -> Any:
    """Gives the other topic, where everything is now."""
    by = keeper(request)
    other = topic_of(_who(by), values.into)
    return _steered(request, by, pk, lambda topic, by: steering.merge(topic, other, by=by))


def _steered(request: HttpRequest, by: Agent, pk: int, act: Callable[[Topic, Agent], Any]) -> Any:
    who = _who(by)
    topic = topic_of(who, pk)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        act(topic, by)
        return 200, out(who, topic_of(who, pk))

    return answer(request, work)


@router.put("/topics/{int:pk}/article", response=Made, summary="A draft of an article, made of it")
def article(request: HttpRequest, pk: int, values: SectionIn) -> Any:
    """Without names and numbers, with a link back; the same article when it is asked for again."""
    by = keeper(request)
    topic = topic_of(_who(by), pk)
    section = Section.objects.filter(slug=values.section, archived_at=None).first()
    if section is None:
        raise Problem(
            422, "There is no such section.", errors=[{"field": "section", "message": "Unknown slug."}]
        )

    @action
    def work() -> tuple[int, dict[str, Any]]:
        return 200, {"id": passing.make_article(topic, section, by=by).article_id}

    return answer(request, work)


@router.put(
    "/topics/{int:pk}/ticket", response=Made, summary="A private request of it, of the person who asked"
)
def ticket(request: HttpRequest, pk: int) -> Any:
    by = keeper(request)
    topic = topic_of(_who(by), pk)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        return 200, {"id": passing.make_ticket(topic, by=by).pk}

    return answer(request, work)


@router.put("/members/{int:pk}/blocked", response={204: None}, summary="A member writes nothing more")
def block(request: HttpRequest, pk: int, values: ReasonIn) -> Any:
    by, member = keeper(request), _member(pk)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        members.block(member, by=by, because=values.because)
        return 204, {}

    return answer(request, work)


@router.delete("/members/{int:pk}/blocked", response={204: None}, summary="A member writes again")
def unblock(request: HttpRequest, pk: int) -> Any:
    by, member = keeper(request), _member(pk)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        members.unblock(member, by=by)
        return 204, {}

    return answer(request, work)


def _member(pk: int) -> Member:
    found = Member.objects.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise Problem(404, "There is no such member.")
    return found


def _who(by: Agent) -> Comer:
    return Comer(of_agent(by), agent=by)
