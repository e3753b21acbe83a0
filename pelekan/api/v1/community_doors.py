"""Who comes to the community by the API: a token, or a customer who is signed in in this browser."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation as languages
from ninja import Status
from ninja.security import APIKeyCookie

from pelekan.api.once import once
from pelekan.api.problems import Problem
from pelekan.api.v1 import doors
from pelekan.knowledge.community import members, pace
from pelekan.knowledge.community.models import Member, Post, Topic
from pelekan.knowledge.community.writing import MayNot, Sending
from pelekan.knowledge.readers import ANYONE, Reader, of_agent, of_customer
from pelekan.lib.limits import TooMuch
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer
from pelekan.tickets.shaping import CannotBe


class SignedIn(APIKeyCookie):
    """A customer's session of this site; writing needs the `X-CSRFToken` of its forms."""

    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        """Only where there is a session has its browser to prove where a form comes from."""
        return super()._get_key(request) if self.param_name in request.COOKIES else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Customer | None:
        if not key or not request.user.is_authenticated:
            return None
        customer: Customer | None = getattr(request.user, "customer", None)
        while customer is not None and customer.merged_into is not None:
            customer = customer.merged_into
        return customer


@dataclass(frozen=True)
class Comer:
    """Whose eyes, and in whose name: one of the team, a member, or (both empty) nobody who writes."""

    reader: Reader
    agent: Agent | None = None
    member: Member | None = None

    @property
    def author(self) -> Agent | Member:
        """Problem 403 for whoever has no name to write with."""
        by = self.agent or self.member
        if by is None:
            raise Problem(
                403, "Nobody to write as: take a token in an agent's name, or choose a name on your page of the community first.",
                code="no_name",
            )  # fmt: skip
        return by


def comer(request: HttpRequest, scope: str = "community:read") -> Comer:
    """Problem 403 for a token without `scope`. A token that acts for nobody reads what everybody reads."""
    auth = request.auth  # type: ignore[attr-defined]
    if isinstance(auth, Customer):
        if scope == "community:moderate":
            raise Problem(403, "Only the team does this.")
        return Comer(of_customer(auth), member=members.of(auth))
    doors.needs(request, scope)
    who = doors.person(request)
    return Comer(of_agent(who), agent=who) if who is not None else Comer(ANYONE)


def keeper(request: HttpRequest) -> Agent:
    """The agent in whose name topics and posts are looked after."""
    who = comer(request, "community:moderate").agent
    if who is None:
        raise Problem(403, "This token acts for nobody. Make one that has the rights of an agent.")
    return who


def topic_of(who: Comer, pk: int) -> Topic:
    """Problem 404 for a topic that he may not read; of a merged one, where it is now."""
    rows = Topic.objects.select_related("space", "begun_by", "merged_into__space", "merged_into__begun_by")
    found = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    found = found.merged_into or found if found is not None else None
    mine = found is not None and (
        who.agent is not None or Topic.objects.readable_by(who.reader).filter(pk=found.pk).exists()
    )
    if found is None or not mine:
        raise Problem(404, "There is no such topic.")
    return found


def post_of(who: Comer, pk: int) -> Post:
    rows = Post.objects.select_related("topic__space", "member__customer", "agent__user")
    found = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is not None and who.agent is None:
        own = who.member is not None and found.member_id == who.member.pk
        seen = own and topic_seen(who, found.topic)
        if not seen and not Post.objects.readable_by(who.reader).filter(pk=pk).exists():
            found = None
    if found is None:
        raise Problem(404, "There is no such post.")
    return found


def topic_seen(who: Comer, topic: Topic) -> bool:
    return Topic.objects.readable_by(who.reader).filter(pk=topic.pk).exists()


def sending(request: HttpRequest, who: Comer) -> Sending:
    """How it came. What a customer's program sends was written in no form of ours that was seen: somebody looks at it."""
    key = request.headers.get("Idempotency-Key", "").strip()
    client_id = "api" + hashlib.sha256(key.encode()).hexdigest()[:48] if key else ""
    if who.member is None or who.agent is not None:
        return Sending()
    with _paced():
        hurried = pace.post(who.member.pk, str(request.META.get("REMOTE_ADDR", "")), clock())
    return Sending(client_id=client_id, seconds=0.0, hurried=hurried)


@contextlib.contextmanager
def _paced() -> Iterator[None]:
    try:
        yield
    except TooMuch as much:
        wait = str(much.after)
        raise Problem(429, f"Try again in {wait} seconds.", headers={"Retry-After": wait}) from None


def answer(request: HttpRequest, work: Any) -> Status[Any]:
    """Do it, for a token once for each Idempotency-Key; refusals in English."""
    auth = request.auth  # type: ignore[attr-defined]
    with languages.override("en"):
        try:
            status, body = work() if isinstance(auth, Customer) else once(request, auth, work)
        except CannotBe as refused:
            raise Problem(
                422, refused.text, errors=[{"field": refused.field, "message": refused.text}]
            ) from None
        except MayNot as refused:
            raise Problem(409, str(refused), code="not_possible") from None
    return Status(status, body)


def act(request: HttpRequest, who: Comer) -> None:
    """Count a vote or the like."""
    if who.member is not None and who.agent is None:
        with _paced():
            pace.ACTS.take(f"Member:{who.member.pk}", clock())
