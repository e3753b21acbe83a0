"""The demo world lives: every status, every language, every channel, and nobody's ticket without an owner."""

from __future__ import annotations

from typing import Any

from pelekan.demo.stories import tell
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.tickets import shaping
from pelekan.tickets.models import Conversation, Notice, Rating, Ticket


def test_every_kind_of_ticket_is_there(world: World, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    shaping.save_desk(by=None, name="Chakad", language="fa")
    shaping.save_follow_up(24, by=world.agents["arash"])
    desk.forget()
    tell(world)
    tickets = Ticket.objects.all()
    assert {t.status for t in tickets} == {"new", "open", "waiting", "on_hold", "solved", "closed"}
    assert {t.language for t in tickets} == {"fa", "ar", "en"}
    assert {t.channel for t in tickets} == {"chat", "email", "portal", "form"}
    assert {t.tier.level for t in tickets} == {1, 2, 3}
    assert Conversation.objects.filter(state="waiting").count() == 1
    assert Conversation.objects.filter(state="active").count() == 2
    emma = tickets.get(subject__startswith="Charged twice")
    assert emma.status == "open" and emma.messages.filter(kind="incoming").count() == 2, (
        "her answer joined by proof"
    )
    astray = tickets.get(may_belong_to__isnull=False)
    assert astray.may_belong_to.subject in astray.subject and astray.status == "new"
    assert Rating.objects.of_solvings().count() == 4
    asked = [one for one in Notice.objects.filter(state="said") if "verify" in one.kinds]
    assert {one.ticket.subject for one in asked} >= {"کارت هدیه فعال نمی‌شود"}, "is it really solved?"
    promised = tickets.get(subject="Tent poles are missing").promised_at
    assert promised and promised > clock(), "a promise still to come"
    reported = tickets.get(channel="form")
    assert reported.status == "solved" and reported.category.name == "حساب کاربری", "a problem, by the form"
    assert reported.messages.get(kind="incoming").attachments.count() == 1
    followed = tickets.exclude(followed_at=None).get()
    assert followed.messages.filter(kind="incoming").exclude(customer=followed.customer).count() == 1
    assert not Notice.objects.filter(due_at__lte=clock()).exists(), "nothing old is left to be told"
    assert {kind for notice in Notice.objects.filter(state="said") for kind in notice.kinds} >= {
        "moved",
        "solved",
        "rate",
    }
