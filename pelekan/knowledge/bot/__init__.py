"""The bot: answers in the chat from articles, by flows that people drew, and hands over to people. It says that it is one.

    answer(text, reader, language, inbox)   an answer from articles or the calendar, whatever the channel; None: we don't know

What it says in a chat: `talking`. Its document (`rulebooks` kind "bot"): `document`. The optional model: `model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pelekan.knowledge.bot.answering import Answer
    from pelekan.knowledge.readers import Reader
    from pelekan.tickets.models import Inbox


def answer(
    text: str, reader: Reader, language: str, inbox: Inbox | None = None, **more: Any
) -> Answer | None:
    """See `answering.answer`; here because Django imports this package before its tables."""
    from pelekan.knowledge.bot import answering

    return answering.answer(text, reader, language, inbox, **more)
