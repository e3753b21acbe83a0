"""What the widget sends, read calmly: bounded, cleaned, and nothing that was not asked for."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _

from pelekan.channels.chat import limits
from pelekan.channels.chat.writing import Line
from pelekan.knowledge.bot.speaking import LONGEST_PRESS
from pelekan.lib.text import safe_header
from pelekan.tickets import forms
from pelekan.web.widget.door import Caller, Refused, text_of
from pelekan.web.widget.helping import team_of

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def line_of(caller: Caller) -> Line:
    client_id, given = text_of(caller.body, "client_id", 64), caller.body.get("files", [])
    if not CLIENT_ID.fullmatch(client_id):
        raise Refused(400, "client_id", "client_id must be 8 to 64 letters, digits, - or _.")
    text = text_of(caller.body, "text", limits.LONGEST_TEXT + 1)
    if len(text) > limits.LONGEST_TEXT:
        raise Refused(413, "long", _("This is too long for one message. Please send it in parts."))
    if (
        not isinstance(given, list)
        or len(given) > limits.FILES_PER_MESSAGE
        or not all(isinstance(token, str) for token in given)
    ):
        raise Refused(400, "files", "files must be a list of tokens.")
    return Line(client_id, text, given, caller.language, context_of(caller), _meta(caller), team_of(caller))


def _meta(caller: Caller) -> dict[str, Any]:
    """The button of the bot's that was pressed, and whether his site has signed who writes: the bot may look for him then."""
    press = text_of(caller.body, "press", LONGEST_PRESS)
    meta: dict[str, Any] = {"press": safe_header(press)} if press else {}
    if caller.known.signed:
        meta["proved"] = True
    return meta


def context_of(caller: Caller) -> dict[str, Any]:
    """Page, title, referrer, browser, language and the answers before the chat; each one line and bounded."""
    given = caller.body.get("context")
    given = given if isinstance(given, dict) else {}
    kept: dict[str, Any] = {"language": caller.language}
    for name, longest in (
        ("page", 500),
        ("title", 200),
        ("referrer", 500),
        ("browser", 300),
        ("zone", 64),
        ("screen", 40),
    ):
        value = safe_header(text_of(given, name, longest))
        if name in ("page", "referrer") and urlsplit(value).scheme not in ("http", "https"):
            continue
        if value:
            kept[name] = value
    answers = given.get("answers")
    if isinstance(answers, dict):
        kept["answers"] = forms.take(caller.inbox.questions, answers, lenient=True).answers
    return kept


def contact_of(caller: Caller) -> dict[str, str]:
    given = caller.body.get("contact")
    given = given if isinstance(given, dict) else {}
    return {name: text_of(given, name, 254) for name in ("name", "email", "phone")}


def number_of(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
