"""Guided steps in the chat: his own, ticked in place."""

from __future__ import annotations

from collections.abc import Callable

from pelekan.demo.world import World
from pelekan.tickets import actions
from pelekan.tickets.guides import sending
from pelekan.tickets.guides.models import SentGuide
from pelekan.tickets.models import Message
from pelekan.tickets.pending.answers import Way

from .conftest import Browser


def test_steps_are_ticked_told_and_answered_in_the_chat(
    browser: Callable[..., Browser], world: World
) -> None:
    one, sara = browser(), world.agents["sara"]
    chat = one.chat("It does not start")
    actions.accept_chat(chat, by=sara)
    steps = [{"title": "Plug it in", "text": "both ends"}, {"title": "Switch it on", "text": ""}]
    sent = sending.send(chat.ticket, Way(chat), by=sara, steps=steps, intro="Please:", language="en")
    shown = one.call("messages", conversation=chat.pk).json()["messages"][-1]
    assert [step["title"] for step in shown["guide"]["steps"]] == ["Plug it in", "Switch it on"]
    ask = {"conversation": chat.pk, "message": sent.message_id}

    def act(what: str, step: int | None = None, words: str = "") -> dict[str, object]:
        answer = one.call("steps", {**ask, "act": what, "step": step, "words": words})
        assert answer.status_code == 200, answer.content
        shape: dict[str, object] = answer.json()["guide"]
        return shape

    assert act("tick", 0)["progress"] == act("tick", 0)["progress"] == "1 of 2 done"
    assert act("stuck", 1, "No button")["steps"][1]["stuck"] == "No button"  # type: ignore[index]
    assert Message.objects.filter(kind="incoming").latest("id").text.endswith("No button")
    assert act("tick", 1)["asks"] is True
    assert act("solved")["asks"] is False
    assert SentGuide.objects.get().said == "yes"
    assert one.call("steps", {**ask, "act": "tick", "step": 5}).status_code == 422
    assert one.call("steps", {**ask, "act": "tick", "step": True}).status_code == 422


def test_another_visitor_reaches_none_of_it(browser: Callable[..., Browser], world: World) -> None:
    one, other, sara = browser(), browser(address="192.0.2.8"), world.agents["sara"]
    chat, his = one.chat("Hello"), other.chat("Hello too")
    actions.accept_chat(chat, by=sara)
    sent = sending.send(chat.ticket, Way(chat), by=sara, steps=[{"title": "x", "text": ""}])
    for talk in (chat.pk, his.pk):
        body = {"conversation": talk, "message": sent.message_id, "act": "tick", "step": 0}
        assert other.call("steps", body).status_code == 404
    assert SentGuide.objects.get().ticks == {}
