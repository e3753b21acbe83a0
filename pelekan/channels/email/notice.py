"""What a notice adds to its mail: the stars, the way out of mails of its kind, a subject with nothing typed in it."""

from __future__ import annotations

import html as entities
from typing import Any

from django.conf import settings
from django.urls import reverse

from pelekan.lib.html import from_text
from pelekan.lib.text import local_digits
from pelekan.people.models import Customer
from pelekan.tickets.models import Message
from pelekan.tickets.notices import choosing, defaults, rating, verifying
from pelekan.tickets.notices.rules import Kind, may_switch_off


def told_by(message: Message) -> dict[str, Any] | None:
    """What the mail of this message tells as a notice: its own `meta`, or that of the notice that it carries."""
    if message.automatic and "ways" in message.meta:
        return message.meta
    carried: dict[str, Any] | None = message.meta.get("carries")
    return carried if carried and carried["ways"].get("email") else None


def body(message: Message, html: str) -> tuple[str, str]:
    """HTML and plain text of the mail. A notice says what is wanted by mail; an answer has what it carries below it."""
    told = told_by(message)
    if told is None:
        return html or (from_text(message.text) if message.automatic else ""), "" if html else message.text
    text = told.get("by_mail", message.text)
    if not message.automatic:
        html, plain = html or from_text(message.text), message.text
        if text:
            html, plain = f"{html}\n{from_text(text)}", f"{plain}\n\n{text}"
    else:
        html, plain = from_text(text), text
    if "verify" in told and Kind.VERIFY in told["ways"]["email"]:
        return f"{html}\n{_answers(told)}", f"{plain}\n\n{_answers_plain(told)}"
    if not _asks(told):
        return html, plain
    asked = "" if text == told["rate_text"] else told["rate_text"]
    stars, line = _stars(told)
    return f"{html}\n{from_text(asked) if asked else ''}{stars}", "\n\n".join(
        part for part in (plain, asked, line) if part
    )


def footer(message: Message, customer: Customer) -> tuple[str, str]:
    """The line with the way out, and its address for the mail program's own button (RFC 8058); "" where there is none."""
    told = told_by(message)
    kinds = may_switch_off(told["ways"]["email"]) if told else ()
    if told is None or not kinds:
        return "", ""
    address = settings.BASE_URL + reverse(
        "portal_notices_off", args=[choosing.off_token(customer.pk, [str(kind) for kind in kinds])]
    )
    return defaults.MAIL[told["language"]]["off"].replace("{link}", address), address


def subject(message: Message) -> str:
    """What a notice to an address that nobody has proved is called."""
    told = told_by(message)
    kinds = told["kinds"] if told else ()
    known = defaults.SUBJECTS[told["language"]] if told else {}
    return next((known[kind] for kind in reversed(kinds) if kind in known and kind != Kind.RATE), "") or next(
        (known[kind] for kind in kinds if kind in known), ""
    )


def _asks(told: dict[str, Any]) -> bool:
    return "solving" in told and Kind.RATE in told["ways"]["email"]


def _links(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Yes and no: [(words, address)]. Opening one chooses; only the button on the page counts."""
    address = settings.BASE_URL + reverse("portal_solved", args=[verifying.token_of(told["verify"])])
    said = defaults.MAIL[told["language"]]
    return [(said["verify_yes"], f"{address}?answer=yes"), (said["verify_no"], f"{address}?answer=no")]


def _answers(told: dict[str, Any]) -> str:
    links = "&nbsp;&nbsp; ".join(
        f'<a href="{entities.escape(address)}" style="display: inline-block; padding: 8px 16px; border: 1px solid #0f766e; '
        f'border-radius: 8px; color: #0f766e; text-decoration: none">{entities.escape(words)}</a>'
        for words, address in _links(told)
    )
    return f"<p>{links}</p>"


def _answers_plain(told: dict[str, Any]) -> str:
    return "\n".join(f"{words}: {address}" for words, address in _links(told))


def _stars(told: dict[str, Any]) -> tuple[str, str]:
    """Five links and, for the plain part, one. Opening one chooses; only the button on the page counts."""
    address = settings.BASE_URL + reverse("portal_rate", args=[rating.token_of(told["solving"])])
    language = told["language"]
    links = "&nbsp;&nbsp; ".join(
        f'<a href="{entities.escape(address)}?stars={number}" title="{entities.escape(word)}" '
        f'style="font-size: 18px; text-decoration: none; color: #b45309">{local_digits(str(number), language)}&nbsp;★</a>'
        for number, word in enumerate(defaults.STARS[language], 1)
    )
    return f"<p>{links}</p>", defaults.MAIL[language]["rate"].replace("{link}", address)
