"""A bot and some articles for tests."""

from __future__ import annotations

from typing import Any

from pelekan.knowledge import actions
from pelekan.knowledge.models import Section, Translation, Visibility
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Inbox

RENEW = "To renew your subscription open My account and choose Renew. The new period begins when the old one ends. Nothing is charged twice."
NEW_FA = (
    "برای تمدید اشتراک، «حساب من» را باز کنید و «تمدید» را بزنید. دورهٔ تازه از پایان دورهٔ پیشین آغاز می‌شود."
)
ORDER_FLOW: dict[str, Any] = {
    "id": "order", "name": {"en": "Where is my order?", "fa": "سفارشم کجاست؟"}, "words": ["where is my order", "سفارشم کجاست"], "start": "ask",
    "nodes": {
        "ask": {"kind": "ask", "as": "order", "name": "order", "text": {"en": "What is the order number?", "fa": "شمارهٔ سفارش؟"}, "next": "what"},
        "what": {"kind": "ask", "as": "choice", "name": "trouble", "text": {"en": "What is wrong with {order}?", "fa": "{order} چه شده؟"}, "choices": [
            {"value": "late", "label": {"en": "It is late", "fa": "دیر شده"}, "next": "late"},
            {"value": "broken", "label": {"en": "It is broken", "fa": "شکسته"}, "next": "register"}]},
        "late": {"kind": "say", "text": {"en": "Parcels take up to five days.", "fa": "تا پنج روز."}, "next": ""},
        "register": {"kind": "register", "subject": {"en": "Broken: {order}", "fa": "شکسته: {order}"}},
    },
}  # fmt: skip


def article(
    title: str, text: str, *, language: str = "en", visibility: str = Visibility.PUBLIC
) -> Translation:
    shelf, _made = Section.objects.get_or_create(slug="bot-shelf", defaults={"names": {"en": "Help"}})
    made = actions.begin(
        shelf, language=language, title=title, body=f"<p>{text}</p>", by=None, visibility=visibility
    )
    return actions.publish(made, by=None)


def bot(inbox: Inbox, *, flows: list[dict[str, Any]] | None = None, **values: Any) -> None:
    """From now on the bot serves this inbox."""
    its = {
        "when": "always",
        "wished": True,
        "sure": 30,
        "flows": [one["id"] for one in flows or []],
        **values,
    }
    draft = rulebooks.keep("bot", {"inboxes": {str(inbox.pk): its}, "flows": flows or []}, by=None)
    rulebooks.enable(draft, by=None)
