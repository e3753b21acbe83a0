"""What the bot says in a chat: an automatic message of the desk that is marked as the bot's, with cards and buttons.

`meta["bot"]`: {"name", "kind": "hello" | "answer" | "which" | "hours" | "unsure" | "ask" | "say" | "sorry" | "solved" | "leaving",
"cards": [{"id": Translation, "title", "quote", "language", "offer": secret of its link}], "buttons": [{"press", "label"}]}.
A press is sent back as a line of the customer's with the label as its words, so the thread stays readable for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.knowledge.bot.answering import Passage
from pelekan.knowledge.bot.document import at_inbox, now_in_force, said_in
from pelekan.knowledge.bot.models import Talk
from pelekan.tickets import actions
from pelekan.tickets.models import Message

PERSON, YES, NO, NEITHER = "person", "yes", "no", "neither"
"""What a button of the bot's sends; further ones are "flow:<id>", "choice:<value>" and "article:<Translation>"."""
LONGEST_PRESS = 80

Button = dict[str, str]


def name_for(inbox_id: int, language: str) -> str:
    """What the bot is called there."""
    found = at_inbox(inbox_id)
    return (said_in(found.name, language) if found else "") or _("Assistant")


def person_button() -> Button:
    return {"press": PERSON, "label": _("Talk to a person")}


def helped_buttons() -> list[Button]:
    return [
        {"press": YES, "label": _("Yes, that helped")},
        {"press": NO, "label": _("No, it did not")},
        person_button(),
    ]


def flow_buttons(inbox_id: int, language: str) -> list[Button]:
    """The flows that are offered at this inbox."""
    found, document = at_inbox(inbox_id), now_in_force()
    flows = [document.flows[id] for id in found.flows if id in document.flows] if found and document else []
    return [{"press": f"flow:{one['id']}", "label": said_in(one.get("name"), language)} for one in flows]


def greeting(inbox_id: int, language: str) -> str:
    """How it greets; it always says what it is."""
    found = at_inbox(inbox_id)
    own = said_in(found.hello, language) if found else ""
    who = _(
        "I am %(name)s, a bot: I answer from our help centre, and a person takes over whenever you wish."
    ) % {"name": name_for(inbox_id, language)}
    return f"{own}\n{who}" if own else who


def card(passage: Passage, offer: str) -> dict[str, Any]:
    return {
        "id": passage.id,
        "title": passage.title,
        "quote": passage.quote,
        "language": passage.language,
        "offer": offer,
    }


def say(
    talk: Talk,
    kind: str,
    text: str,
    *,
    cards: Sequence[dict[str, Any]] = (),
    buttons: Sequence[Button] = (),
    now: datetime,
) -> Message:
    """Say it in the chat of `talk`; it goes nowhere else."""
    its: dict[str, Any] = {"name": name_for(talk.inbox_id, talk.language), "kind": kind}
    if cards:
        its["cards"] = list(cards)
    if buttons:
        its["buttons"] = list(buttons)
    return actions.say(
        talk.conversation, text, because="bot", meta={"bot": its, "ways": {}}, language=talk.language, now=now
    )
