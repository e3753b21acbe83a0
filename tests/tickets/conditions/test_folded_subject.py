"""Wherever a subject comes from, its folded words are beside it."""

from __future__ import annotations

from pelekan.demo.world import World
from pelekan.tickets import actions
from pelekan.tickets.conditions.words import folded, says
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket


def test_the_folded_words_follow_the_subject(world: World) -> None:
    inbox, mina, sara = world.inboxes["portal"], world.customers["mina"], world.agents["sara"]
    line = actions.receive(Incoming(inbox.pk, "portal", mina.pk, "بانك پول را كسر كرد"))
    actions.receive(Incoming(inbox.pk, "portal", mina.pk, "سؤال دیگر", conversation_id=line.conversation_id))
    ticket = line.ticket
    apart = actions.split(ticket.messages.last(), by=sara)
    for one, word in ((ticket, "بانک"), (apart, "سؤال")):
        one = Ticket.objects.get(pk=one.pk)
        assert says(one.subject_folded, word) and one.subject_folded == folded(one.subject)
    actions.rename(ticket, "Refund", by=sara)
    assert Ticket.objects.get(pk=ticket.pk).subject_folded == " refund "
