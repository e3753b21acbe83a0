"""A mail comes in, is answered, and the customer's answer finds its ticket."""

from __future__ import annotations

from pelekan.channels.models import Arrival, Delivery
from pelekan.demo.world import World
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Participant, Ticket
from tests.channels.mails import arrive, raw_mail, send_due, taken, through
from tests.servers import SmtpServer


def test_mail_in_answer_out_reply_in(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    first = taken(world, raw_mail())
    ticket = first.ticket
    assert (ticket.number, ticket.channel, ticket.status) == (1001, "email", "new")
    send_due()
    [receipt] = smtp.letters
    assert receipt.sender == "" and receipt.recipients == ["emma.clarke@example.net"]
    assert receipt.mail["Auto-Submitted"] == "auto-replied"
    assert receipt.mail["In-Reply-To"].strip() == "<one@example.net>"
    assert receipt.mail["Subject"] == "Re: Charged twice [#1001]"
    assert "1001" in receipt.mail.get_body(("plain",)).get_content()

    reply(ticket, by=world.agents["sara"], text="We look into it.", html="<p>We look <b>into</b> it.</p>")
    send_due()
    answer = smtp.letters[1]
    assert answer.sender == "support@chakad.example"
    assert answer.mail["Subject"] == "Re: Charged twice [#1001]"
    assert answer.mail["Auto-Submitted"] is None
    assert "<b>into</b>" in answer.mail.get_body(("html",)).get_content()
    assert "> I was charged twice." in answer.mail.get_body(("plain",)).get_content()
    assert list(Delivery.objects.values_list("state", flat=True)) == ["sent", "sent"]

    back = raw_mail(
        "Thank you!\n\nOn Sun, Nov 22, 2026 at 12:00 PM Sara <support@chakad.example> wrote:\n> We look into it.",
        subject="Re: Charged twice",
        mail_id="<two@example.net>",
        In_Reply_To=answer.mail["Message-ID"],
    )
    second = taken(world, back)
    assert (second.ticket_id, second.conversation_id, second.text) == (
        first.ticket_id,
        first.conversation_id,
        "Thank you!",
    )
    assert Ticket.objects.count() == 1
    send_due()
    assert len(smtp.letters) == 2  # a second receipt would be noise
    assert Participant.objects.get().address == "emma.clarke@example.net"
    assert set(Arrival.objects.values_list("state", flat=True)) == {"done"}


def test_windows_1256(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    raw = raw_mail(
        "سلام، پول از حسابم کم شد.",
        sender="Mina <mina.salehi@example.com>",
        subject="=?windows-1256?B?8d/Hzd4=?=",
        charset="windows-1256",
        mail_id="<fa@example.com>",
    )
    message = taken(world, raw)
    assert message.text == "سلام، پول از حسابم کم شد."
    assert (message.language, message.ticket.language, message.customer) == (
        "fa",
        "fa",
        world.customers["mina"],
    )
    assert Arrival.objects.get().raw == raw
    send_due()
    [receipt] = smtp.letters
    html = receipt.mail.get_body(("html",)).get_content()
    assert 'dir="rtl"' in html and "۱۰۰۱" in html and "[#۱۰۰۱]" in receipt.mail["Subject"]


def test_portal_answer_goes_by_mail_and_mail_answer_comes_back(world: World, smtp: SmtpServer) -> None:
    from pelekan.tickets.actions import receive
    from pelekan.tickets.incoming import Incoming

    through(world, smtp.port)
    asked = receive(
        Incoming(
            world.inboxes["portal"].pk,
            "portal",
            world.customers["emma"].pk,
            "Where is my order?",
            subject="Order",
        )
    )
    send_due()
    reply(asked.ticket, by=world.agents["sara"], text="It is on its way.")
    send_due()
    answer = smtp.letters[-1].mail
    assert answer["From"].addresses[0].addr_spec == "support@chakad.example"
    back = arrive(world, raw_mail("Great", mail_id="<three@example.net>", In_Reply_To=answer["Message-ID"]))
    assert back.message is not None and back.message.conversation_id == asked.conversation_id
