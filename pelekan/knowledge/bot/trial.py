"""Talking to a draft: what the bot would say to this line, with nothing written down and nothing looked up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.knowledge.bot import flows, words
from pelekan.knowledge.bot.answering import SURE, answer, passage_of
from pelekan.knowledge.bot.document import Document
from pelekan.knowledge.bot.flows import GIVES, Went
from pelekan.knowledge.readers import ANYONE
from pelekan.tickets.conditions.words import folded, says
from pelekan.tickets.models import Inbox

MOST_LINES = 60
FOUND, MISSING, UNPROVED = "found", "missing", "unproved"

Session = dict[str, Any]
"""{"lines": [{"who": "you" | "bot", "text", "buttons": [[press, label]], "quote"}], "flow", "at", "facts"}"""


def begin() -> Session:
    return {"lines": [], "flow": "", "at": "", "facts": {}}


def go_on(
    session: Session,
    document: Document,
    inbox: Inbox | None,
    *,
    text: str,
    press: str = "",
    language: str,
    data: str = FOUND,
    now: datetime,
) -> Session:
    """The session with one more line of yours and what the bot says to it. `data`: what a look-up shall find."""
    session["lines"].append({"who": "you", "text": text})
    with translation.override(language):
        _answer(session, document, inbox, text, press, language, data, now)
    session["lines"] = session["lines"][-MOST_LINES:]
    return session


def _answer(
    session: Session,
    document: Document,
    inbox: Inbox | None,
    text: str,
    press: str,
    language: str,
    data: str,
    now: datetime,
) -> None:
    if press == "person" or (not press and words.wants_person(text)):
        session["flow"] = ""
        _say(session, _("(The chat goes to people here, with a summary.)"))
        return
    look = _look(data)
    known = {
        "channel": "chat",
        "language": language,
        "answers": {},
        "customer_facts": {},
        "office_open": True,
        "now": now.isoformat(),
    }
    if (flow := document.flows.get(session["flow"])) is not None and session["at"]:
        pressed = press.removeprefix("choice:") if press.startswith("choice:") else ""
        went = flows.go_on(
            flow,
            session["at"],
            text,
            pressed=pressed,
            language=language,
            facts=session["facts"],
            look=look,
            known=known,
        )
        _show(session, went, language)
        return
    begins = press.removeprefix("flow:") if press.startswith("flow:") else _begun_by(document, text)
    if begins in document.flows:
        session["flow"], session["facts"] = begins, {}
        went = flows.begin(document.flows[begins], language=language, facts={}, look=look, known=known)
        _show(session, went, language)
        return
    at = document.inboxes.get(inbox.pk) if inbox else None
    found = answer(text, ANYONE, language, inbox, sure=at.sure if at else SURE, now=now)
    if found is None:
        _say(session, _("I don't know the answer to this. Try other words, or talk to a person."))
    elif found.kind == "hours":
        _say(session, found.text)
    elif found.kind == "which":
        _say(session, _("Which of these do you mean?"), buttons=[["", one.title] for one in found.passages])
    else:
        best = found.passages[0]
        _say(session, _("I found this in our help centre:"), quote=f"{best.title}\n{best.quote}")


def _begun_by(document: Document, text: str) -> str:
    said = folded(text)
    return next(
        (
            id
            for id, flow in document.flows.items()
            if any(says(said, one) for one in flow.get("words") or ())
        ),
        "",
    )


def _look(data: str) -> flows.Look:
    def look(what: str, number: str) -> Mapping[str, str] | None:
        if data == UNPROVED:
            return None
        return {name: f"‹{name}›" for name in GIVES.get(what, ())} if data == FOUND else {}

    return look


def _show(session: Session, went: Went, language: str) -> None:
    session["facts"] = went.facts
    last = went.says.pop() if went.stop == "ask" and went.says else ""
    for text in went.says:
        _say(session, text)
    for article in went.articles:
        found = passage_of(article, language, "", ANYONE)
        _say(
            session,
            _("I found this in our help centre:"),
            quote=f"{found.title}\n{found.quote}" if found else "—",
        )
    if went.unproved:
        _say(
            session,
            _(
                "I may tell you this only when you have signed in. Sign in to our site and ask again, or talk to a person."
            ),
        )
    if went.stop == "ask":
        session["at"] = went.at
        again = _("(This answer does not fit; the question stands.)") if went.wrong else ""
        _say(
            session,
            " ".join(part for part in (again, last) if part),
            buttons=[[f"choice:{value}", label] for value, label in went.choices],
        )
        return
    session["flow"], session["at"] = "", ""
    _say(session, {
        "register": _("(An official ticket is registered here.)"), "done": _("Did this help?"),
        "hand": _("(The chat goes to people here, with a summary.)"),
    }.get(went.stop, _("(The flow leads nowhere here: the chat goes to people.)")))  # fmt: skip


def _say(session: Session, text: str, *, buttons: list[list[str]] | None = None, quote: str = "") -> None:
    if text or quote:
        session["lines"].append({"who": "bot", "text": text, "buttons": buttons or [], "quote": quote})
