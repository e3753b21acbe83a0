"""A visitor whose chat was joined into another customer's ticket goes on as if nothing had happened."""

from __future__ import annotations

from pelekan.demo.world import World
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Conversation, Message, Ticket

SECRET = "hers-and-nobody-elses"


def hers(world: World) -> Ticket:
    message = actions.receive(
        Incoming(
            inbox_id=world.inboxes["mail"].pk,
            channel="email",
            customer_id=world.customers["emma"].pk,
            text=SECRET,
            subject=SECRET,
            language="en",
        )  # fmt: skip
    )
    return actions.register(message.ticket, by=world.agents["sara"])


def test_he_sees_his_chat_and_gets_a_number_of_his_own(browser, world: World) -> None:
    one, sara, ticket = browser(), world.agents["sara"], hers(world)
    answer = one.send("My card was charged").json()
    chat = Conversation.objects.get(pk=answer["conversation"]["id"])
    actions.accept_chat(chat, by=sara)
    actions.join(chat.ticket, ticket, by=sara)
    actions.reply(ticket, by=sara, text="One moment", conversation=chat)

    shape = one.call("messages", conversation=chat.pk, after=answer["message"]["id"])
    assert [m["text"] for m in shape.json()["messages"]] == ["One moment"]
    assert "joined the chat" in shape.json()["conversation"]["lines"][0]["text"]
    assert shape.json()["conversation"]["number"] == "" and SECRET not in shape.content.decode()
    assert SECRET not in one.call("hello", {}).content.decode()

    again = one.send("Thank you", conversation=chat.pk).json()
    assert Message.objects.get(pk=again["message"]["id"]).ticket_id == ticket.pk
    body = {"conversation": chat.pk, "subject": "Charged", "contact": {"email": "visitor@example.com"}}
    receipt = one.call("register", body)
    own = Ticket.objects.get(pk=Conversation.objects.get(pk=chat.pk).joined_from_id)
    assert receipt.status_code == 201 and SECRET not in receipt.content.decode()
    assert own.number not in (None, ticket.number) and str(own.number) == receipt.json()["number"]
    assert one.call("messages", conversation=chat.pk).json()["conversation"]["number"] == str(own.number)
