"""Topics and posts as the templates draw them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge.community import sifting, writing
from pelekan.knowledge.community.models import Kind, Post, State, Topic, Vote
from pelekan.lib.text import initials, one_line
from pelekan.people import desk
from pelekan.web.community.doors import Guest

SIGNS = {Kind.QUESTION: "circle-help", Kind.DISCUSSION: "messages-square", Kind.IDEA: "zap"}
REASONS = {
    sifting.FIRST: lazy("Among the author's first posts"),
    sifting.LINKS: lazy("Many links"),
    sifting.WORDS: lazy("A filtered word"),
    sifting.ALIKE: lazy("Nearly the same as another post"),
    sifting.FAST: lazy("Written too fast, or too much at once"),
    sifting.TRAP: lazy("Filled in a field that people don't see"),
    sifting.REPORTED: lazy("Reported by readers"),
}


def address(topic: Topic, language: str) -> str:
    return reverse("community_topic", args=[language, topic.pk, topic.slug])


def row(topic: Topic, language: str) -> dict[str, Any]:
    """A line of a list."""
    return {
        "id": topic.pk, "title": topic.title, "url": address(topic, language), "kind": topic.kind, "language": topic.language,
        "kind_name": Kind(topic.kind).label, "sign": SIGNS[Kind(topic.kind)], "solved": topic.accepted_id is not None,
        "answers": topic.answers, "votes": topic.votes, "at": topic.last_at, "begun_at": topic.begun_at,
        "pinned": topic.pinned_at is not None, "locked": topic.locked_at is not None, "space": topic.space.named(language),
        "space_url": reverse("community_space", args=[language, topic.space.slug]),
        "author": topic.begun_by.name if topic.begun_by else desk.sign().name, "taken_up": topic.ticket_id is not None,
    }  # fmt: skip


def posts(
    found: Iterable[Post], topic: Topic, guest: Guest, now: datetime, *, asked_by: int | None = None
) -> list[dict[str, Any]]:
    """What was said, with what `guest` may do about each. Queries: his votes."""
    found = list(found)
    mine: set[int] = set()
    if guest.member is not None:
        mine = set(
            Vote.objects.filter(member=guest.member, post__in=[one.pk for one in found]).values_list(
                "post", flat=True
            )
        )
    return [_post(one, topic, guest, now, one.pk in mine) for one in found]


def _post(post: Post, topic: Topic, guest: Guest, now: datetime, voted: bool) -> dict[str, Any]:
    own = guest.member is not None and post.member_id == guest.member.pk
    shown = post.state == State.SHOWN
    part = guest.language
    free = guest.member is not None and guest.member.blocked_at is None
    accepts = shown and not post.first and post.parent_id is None
    return {
        "id": post.pk, "html": post.html, "text": one_line(post.text, 160), "at": post.at, "edited_at": post.edited_at, "first": post.first,
        "state": post.state, "gone": post.state == State.DELETED, "waits": post.state == State.WAITING,
        "refused": post.refused_because if post.state == State.REFUSED else "",
        "parent": post.parent_id, "votes": post.votes, "voted": voted, "accepted": topic.accepted_id == post.pk, "own": own,
        **_author(post, part), "asker": post.member_id is not None and post.member_id == topic.begun_by_id,
        "may_vote": shown and free and not own, "may_report": shown and free and not own and post.agent_id is None,
        "may_change": writing.may_change(post, guest.author, now),
        "may_delete": own and shown,
        "may_accept": accepts and (guest.agent is not None or (free and guest.member is not None and topic.begun_by_id == guest.member.pk)),
        "comments": [],
    }  # fmt: skip


def _author(post: Post, language: str) -> dict[str, Any]:
    if post.agent is not None:
        name = desk.sign().name if post.as_desk else post.agent.name
        return {
            "author": name, "initials": initials(name), "hue": post.agent_id, "team": True, "person": "",
            "title": "" if post.as_desk else post.agent.title,
        }  # fmt: skip
    if post.member is None:
        return {"author": "", "initials": "", "hue": 0, "team": False, "person": "", "title": ""}
    return {
        "author": post.member.name, "initials": initials(post.member.name), "hue": post.member_id, "team": False, "title": "",
        "person": reverse("community_person", args=[language, post.member_id]),
    }  # fmt: skip


def threads(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Posts with the comments on them, in order: the first, what was accepted, then by votes and time."""
    top = {one["id"]: one for one in rows if one["parent"] is None}
    for one in sorted(rows, key=lambda it: it["at"]):
        if one["parent"] in top:
            top[one["parent"]]["comments"].append(one)
    return sorted(
        top.values(), key=lambda it: (not it["first"], not it["accepted"], -it["votes"], it["at"], it["id"])
    )
