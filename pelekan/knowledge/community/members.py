"""Customers as they are seen in public: a name of their own choice, and what they said in the open."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from pelekan.knowledge.community.keeping import rules
from pelekan.knowledge.community.models import Member
from pelekan.lib.folding import fold
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.people.models import Agent, Customer
from pelekan.tickets.events import action, one_at_a_time, record
from pelekan.tickets.shaping import CannotBe

_FORM = re.compile(r"[^\W_][\w\u200c.\-]{1,29}")
_TAKEN = {"admin", "support", "moderator", "pelekan", "پشتیبانی", "مدیر", "الدعم", "المشرف"}


def of(customer: Customer | None) -> Member | None:
    """The public face of this customer, if he has one."""
    return Member.objects.filter(customer=customer).first() if customer is not None else None


def trusted(member: Member) -> bool:
    """Whether what he says stands in the open at once."""
    return member.blocked_at is None and member.approved >= rules().trust_after


@action
def choose_name(customer: Customer, name: str, *, about: str = "", now: datetime | None = None) -> Member:
    """Take part, or be called otherwise. CannotBe says at "name" what is wrong with it."""
    name = unicodedata.normalize("NFC", one_line(name, 60)).strip("\u200c")
    if not _FORM.fullmatch(name):
        raise CannotBe("name", _("A name has 2 to 30 letters, digits, points or hyphens, without blanks."))
    shape = folded(name)
    if not shape or shape in {folded(one) for one in (*_TAKEN, desk.sign().name)} or _is_agent(shape):
        raise CannotBe("name", _("This name belongs to the team. Choose another one."))
    one_at_a_time("community-name")
    if Member.objects.filter(folded=shape).exclude(customer=customer).exists():
        raise CannotBe("name", _("Somebody else is called so already, or nearly so. Choose another name."))
    row = of(customer) or Member(customer=customer, joined_at=now or clock())
    before = row.name
    row.name, row.folded, row.about = name, shape, one_line(about, 200)
    row.save()
    if before != name:
        record("member.named", by=customer, at=now or clock(), member=row.pk, title=name, before=before)
    return row


def folded(name: str) -> str:
    """Names that look alike fold to the same."""
    return re.sub(r"[\W_]+", "", fold(name))[:60]


def _is_agent(shape: str) -> bool:
    names = Agent.objects.filter(disabled_at=None).values_list("user__name", flat=True)[:2_000]
    return any(folded(one) == shape for one in names)


@action
def want_mail(member: Member, wanted: bool, *, now: datetime | None = None) -> None:
    """Mail from the community, or none at all."""
    member.mails = wanted
    member.save(update_fields=["mails"])
    record("member.chose_mail", by=member.customer, at=now or clock(), member=member.pk, wanted=wanted)


@action
def block(member: Member, *, by: Agent, because: str, now: datetime | None = None) -> None:
    """He writes nothing more and votes no more; what he said stays. Requests he can make as before."""
    now = now or clock()
    if member.blocked_at is not None:
        return
    member.blocked_at, member.blocked_by, member.blocked_because = now, by, one_line(because, 250)
    member.save(update_fields=["blocked_at", "blocked_by", "blocked_because"])
    record(
        "member.blocked", by=by, at=now, because=member.blocked_because, topics=["desk"], member=member.pk, title=member.name
    )  # fmt: skip


@action
def unblock(member: Member, *, by: Agent, now: datetime | None = None) -> None:
    member.blocked_at, member.blocked_by, member.blocked_because = None, None, ""
    member.save(update_fields=["blocked_at", "blocked_by", "blocked_because"])
    record("member.unblocked", by=by, at=now or clock(), topics=["desk"], member=member.pk, title=member.name)


def named(names: list[str]) -> dict[str, Member]:
    """Members by the names that somebody wrote after an @."""
    if not names:
        return {}
    shapes = {folded(name): name for name in names}
    return {shapes[one.folded]: one for one in Member.objects.filter(Q(folded__in=list(shapes)))}
