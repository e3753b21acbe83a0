"""What knowledge holds of a customer who is erased: solved questions, footsteps, remarks, the bot, his public face."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.knowledge.bot.models import BotAnswer, Talk
from pelekan.knowledge.community.models import Following, Member, Topic
from pelekan.knowledge.deflection import solved
from pelekan.knowledge.models import Remark
from pelekan.knowledge.trail import forgetting
from pelekan.people.models import Customer
from pelekan.tickets.erasing.carrying import Part, Whose


def _solved(whose: Whose, _ids: list[int], _now: datetime) -> None:
    for customer in Customer.objects.filter(pk__in=whose.customers):
        solved.forget_customer(customer)


def _trail(whose: Whose, _ids: list[int], _now: datetime) -> None:
    for customer in Customer.objects.filter(pk__in=whose.customers):
        forgetting.unlink(customer)


def _remarks(_whose: Whose, ids: list[int], _now: datetime) -> None:
    Remark.objects.filter(pk__in=ids).update(customer=None, text="", visitor="")


def _talks(_whose: Whose, ids: list[int], _now: datetime) -> None:
    BotAnswer.objects.filter(talk__in=ids).update(question="")
    Talk.objects.filter(pk__in=ids).update(state={}, due_at=None)


def _faces(whose: Whose, ids: list[int], now: datetime) -> None:
    """What he said in public stays, under nobody's name; he was told so, and could take it away himself."""
    for member in Member.objects.filter(pk__in=ids):
        with translation.override(whose.language):
            member.name = (_("former-member-%(number)s") % {"number": member.pk})[:30]
        member.folded, member.about, member.blocked_because, member.mails = (
            f"erased{member.pk}",
            "",
            "",
            False,
        )
        member.save()
        Following.objects.filter(member=member).delete()
        newest = Topic.objects.order_by("-changed_at").values_list("pk", flat=True)[:1]
        Topic.objects.filter(pk__in=list(newest)).update(
            changed_at=now
        )  # pages that bear his name are made anew


PARTS = [
    Part("solved questions", _solved),
    Part("remarks", _remarks, lambda whose: Remark.objects.filter(customer__in=whose.customers)),
    Part("bot", _talks, lambda whose: Talk.objects.filter(conversation__in=whose.talks())),
    Part("community", _faces, lambda whose: Member.objects.filter(customer__in=whose.customers)),
    Part("footsteps", _trail),
]
