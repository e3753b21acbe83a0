"""What customers are told, by the demo's office: merged, once, true when it is said, in their language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.channels import telling
from pelekan.channels.email.letter import letter
from pelekan.channels.models import Delivery, Gateway
from pelekan.channels.sms import texting
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.people.identify import claim, customer_for
from pelekan.tickets.actions import end_chat, escalate, receive, register, reply, solve, wait
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Inbox, Message, Notice, NoticeChoice, NoticeText, Ticket
from pelekan.tickets.notices import choosing, words
from pelekan.tickets.notices.rules import REMIND_AFTER, TOO_LATE, WINDOW
from pelekan.web.widget import shapes
from tests.channels.mails import raw_mail, taken
from tests.conftest import NOON

SOON = NOON + WINDOW


def write(
    world: World, channel: str = "email", customer: str = "emma", text: str = "Charged twice", **more: object
) -> Ticket:
    inbox = {"email": "mail", "chat": "shop", "portal": "portal"}[channel]
    who = world.customers[customer]
    message = receive(
        Incoming(
            inbox_id=world.inboxes[inbox].pk, channel=channel, customer_id=who.pk, text=text, subject=text,
            language=who.language, **more,  # type: ignore[arg-type]
        ),
        now=NOON - timedelta(hours=1),
    )  # fmt: skip
    return Ticket.objects.get(pk=message.ticket_id)


def tell_due(now) -> list[Message]:  # type: ignore[no-untyped-def]
    """What the workers say by `now`."""
    before = set(Message.objects.values_list("pk", flat=True))
    for row in due.claim(Notice, now, 50, telling.JOB.lease):
        telling._tell(row, now=now)
    return list(Message.objects.exclude(pk__in=before).order_by("pk"))


def test_the_receipt_in_his_language_and_outside_hours(world: World) -> None:
    night = NOON.replace(hour=17)
    arabic = receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=world.customers["yusuf"].pk,
            text="متى تصل؟", subject="الشحن", language="ar",
        ),
        now=night,
    ).ticket  # fmt: skip
    said = arabic.messages.get(automatic=True)
    assert "سُجِّل طلبك" in said.text and "١٠٠١" in said.text and said.meta["notice"] == "registered"
    assert "غدًا" in said.text, "the desk opens tomorrow, and says so"
    inside = write(world, "portal").messages.get(automatic=True)
    assert "closed" not in inside.text


def test_climbed_and_back_is_silence_climbed_is_told_once(world: World) -> None:
    ticket = write(world)
    sara = world.agents["sara"]
    escalate(ticket, world.teams["payments"], by=sara, because="bank", now=NOON)
    escalate(ticket, world.teams["developers"], by=sara, because="bug", now=NOON + timedelta(minutes=2))
    assert tell_due(NOON + timedelta(minutes=4)) == []
    (said,) = tell_due(SOON)
    assert (
        "our senior experts" in said.text and said.meta["kinds"] == ["moved"] and said.deliveries.count() == 1
    )
    assert tell_due(SOON + timedelta(days=1)) == []
    escalate(ticket, world.teams["front"], by=sara, because="no", now=SOON)
    escalate(ticket, world.teams["developers"], by=sara, because="yes", now=SOON + timedelta(minutes=1))
    assert tell_due(SOON + timedelta(hours=1)) == []


def test_an_answer_close_by_tells_enough(world: World) -> None:
    ticket = write(world)
    dara = world.agents["dara"]
    escalate(ticket, world.teams["payments"], by=dara, because="bank", now=NOON)
    reply(ticket, by=dara, text="We refund it.", now=NOON + timedelta(minutes=3))
    wait(ticket, by=dara, now=NOON + timedelta(minutes=3))
    assert tell_due(SOON + timedelta(minutes=5)) == []
    assert Notice.objects.get(lane="soon").state == "dropped"
    (reminder,) = tell_due(NOON + REMIND_AFTER + timedelta(minutes=5))
    assert reminder.meta["kinds"] == ["reminder"] and "still waiting" in reminder.text
    assert tell_due(NOON + 3 * REMIND_AFTER) == []


def test_no_reminder_to_whom_has_written(world: World) -> None:
    ticket = write(world, "portal")
    wait(ticket, by=world.agents["dara"], now=NOON)
    receive(
        Incoming(
            inbox_id=ticket.inbox_id, channel="portal", customer_id=ticket.customer_id, text="here it is",
            conversation_id=ticket.conversations.get().pk,
        ),
        now=NOON + timedelta(minutes=1),
    )  # fmt: skip
    assert tell_due(NOON + REMIND_AFTER) == []


def test_solved_asks_for_a_rating_with_one_click_and_a_way_out(world: World) -> None:
    ticket = write(world)
    solve(ticket, by=world.agents["dara"], now=NOON)
    (said,) = tell_due(SOON)
    assert said.meta["kinds"] == ["solved", "rate"] and "is solved" in said.text
    mail = letter(said.deliveries.get(), [said])
    assert mail.body_html.count("/portal/rate/") == 5 and "?stars=4" in mail.body_html
    assert "/portal/rate/" in mail.body_text and "satisfied" in mail.body_text
    assert "/portal/notices/off/" in mail.unsubscribe_url and mail.unsubscribe_url in mail.footer
    assert "/portal/rate/" not in said.text, "what agents read holds no link that rates"


def test_an_answer_that_solves_is_one_mail(world: World) -> None:
    from pelekan.tickets.events import action

    ticket = write(world)
    dara = world.agents["dara"]

    @action
    def answer_and_solve() -> Message:
        message = reply(ticket, by=dara, text="Refunded.", now=NOON)
        solve(ticket, by=dara, now=NOON)
        return message

    message = answer_and_solve()
    assert tell_due(SOON + timedelta(hours=1)) == []
    message.refresh_from_db()
    mail = letter(message.deliveries.get(), [message])
    assert (
        "Refunded." in mail.body_text
        and "is solved" in mail.body_text
        and mail.body_html.count("?stars=") == 5
    )
    assert mail.automatic == "" and mail.unsubscribe_url == "", "a person wrote it"


def test_nobody_is_told_of_his_own_doings(world: World) -> None:
    ticket = write(world, "portal")
    solve(ticket, by=ticket.customer, now=NOON)
    assert tell_due(SOON) == []


def test_what_the_inbox_leaves_out_and_the_customer_switched_off(world: World) -> None:
    choosing.silence(Inbox.objects.get(pk=world.inboxes["mail"].pk), ["moved"], by=world.agents["arash"])
    choosing.switch_off(world.customers["emma"], ["rate", "waiting"], "email")
    assert NoticeChoice.objects.get().off == ["rate:email"], "what is essential can't be off"
    ticket = write(world)
    escalate(ticket, world.teams["payments"], by=world.agents["sara"], because="bank", now=NOON)
    assert tell_due(SOON) == []
    solve(ticket, by=world.agents["dara"], now=NOON)
    (said,) = tell_due(SOON)
    mail = letter(said.deliveries.get(), [said])
    assert "/portal/rate/" not in mail.body_html and "is solved" in mail.body_text
    choosing.switch_off(world.customers["emma"], ["solved"], "email")
    other = write(world)
    solve(other, by=world.agents["dara"], now=NOON)
    (quiet,) = tell_due(SOON)
    assert quiet.deliveries.count() == 0, "it stands in the portal all the same"


def test_ml_12_whose_address_nobody_proved_gets_only_what_he_must_and_none_of_what_was_typed(
    world: World,
) -> None:
    NoticeText.objects.create(kind="received", language="en", full="{name}: {subject} is {number}")
    words.forget()
    stranger = customer_for("visitor", "v" * 32, name="BUY NOW http://spam.test", language="en", now=NOON)
    claim(stranger, "email", "victim@example.com", now=NOON)
    world.customers["stranger"] = stranger
    ticket = write(world, "chat", "stranger", "BUY NOW")
    register(ticket, by=world.agents["sara"], now=NOON)
    (receipt,) = ticket.messages.filter(automatic=True)
    assert "BUY" not in receipt.text and "1001" in receipt.text
    end_chat(ticket.conversations.get(), by=world.agents["sara"], now=NOON - timedelta(minutes=20))
    solve(ticket, by=world.agents["dara"], now=NOON + timedelta(hours=1))
    (said,) = tell_due(NOON + timedelta(hours=2))
    assert not Delivery.objects.filter(message=said).exists()


def test_a_chat_without_a_number_is_asked_where_it_was(world: World) -> None:
    ticket = write(world, "chat", "mina", "سلام")
    end_chat(ticket.conversations.get(), by=world.agents["sara"], now=NOON)
    solve(ticket, by=world.agents["sara"], now=NOON)
    (said,) = tell_due(NOON)
    assert said.meta["kinds"] == ["rate"] and "راضی" in said.text and not said.deliveries.exists()


def test_what_is_too_late_is_dropped(world: World) -> None:
    ticket = write(world)
    solve(ticket, by=world.agents["dara"], now=NOON)
    assert tell_due(SOON + TOO_LATE + timedelta(minutes=1)) == []
    assert Notice.objects.get().state == "dropped"


def test_ml_01_automatic_mail_is_told_nothing(world: World) -> None:
    """No notice ever answers a machine."""
    message = taken(world, raw_mail(Auto_Submitted="auto-replied"))
    ticket = message.ticket
    solve(ticket, by=world.agents["dara"], now=NOON)
    assert not Notice.objects.exists() and tell_due(SOON + timedelta(days=1)) == []


def test_own_words_and_what_they_may_hold(world: World) -> None:
    arash = world.agents["arash"]
    choosing.save_text("solved", "en", by=arash, full="Done: {subject} ({number})", now=NOON)
    words.forget()
    with pytest.raises(ValueError, match="nummer"):
        choosing.save_text("solved", "en", by=arash, full="Done {nummer}")
    with pytest.raises(PermissionError):
        choosing.save_text("solved", "en", by=world.agents["nika"], full="Mine")
    ticket = write(world, text="{desk} {number}")
    solve(ticket, by=world.agents["dara"], now=NOON)
    (said,) = tell_due(SOON)
    assert "{desk} {number}" in said.text


def test_by_sms_where_no_mail_reaches_him_and_besides_by_choice(world: World) -> None:
    number, sara = "+989121112233", world.agents["sara"]
    inbox = Inbox.objects.create(
        channel="sms", name="SMS", key="sms", team=world.teams["front"], language="fa"
    )
    Gateway.objects.create(inbox=inbox, kind="kavenegar", for_others=True)
    phoned = customer_for("phone", number, name="مریم", language="fa", verified=True, now=NOON)
    world.customers["phoned"] = phoned
    ticket = write(world, "portal", "phoned", "سلام")
    assert [(one.channel, one.recipient) for one in Delivery.objects.all()] == [("sms", number)]
    assert "ثبت شد" in texting.words_of(Delivery.objects.get()) and "http" in texting.words_of(
        Delivery.objects.get()
    )
    Delivery.objects.all().delete()
    choosing.choose(phoned, ["rate:sms", "solved:sms"])
    solve(ticket, by=sara, now=NOON)
    tell_due(SOON)
    assert not Delivery.objects.exists()

    mina = world.customers["mina"]
    claim(mina, "phone", "+989123334455", now=NOON)
    both = write(world, "portal", "mina", "سلام")
    assert [one.channel for one in Delivery.objects.all()] == ["email"]
    choosing.choose(mina, [], ["answer:sms"])
    Delivery.objects.all().delete()
    reply(both, by=sara, text="درست شد", now=NOON + timedelta(hours=2))
    assert sorted(one.channel for one in Delivery.objects.all()) == ["email", "sms"]
    assert "پاسخ دادیم" in texting.words_of(Delivery.objects.get(channel="sms"))


def test_the_widget_gets_five_links_and_no_secret_in_the_text(world: World) -> None:
    ticket = write(world, "chat", "mina", "سلام")
    register(ticket, by=world.agents["sara"], now=NOON)
    solve(ticket, by=world.agents["sara"], now=NOON)
    (said,) = tell_due(NOON)
    shape = shapes.message(said, [])
    assert [star["number"] for star in shape["rate"]["stars"]] == ["۱", "۲", "۳", "۴", "۵"]
    assert all(
        "?stars=" in star["url"] and star["url"].endswith("&way=chat") for star in shape["rate"]["stars"]
    )
    assert "راضی" in shape["rate"]["text"] and "/rate/" not in shape["text"]
