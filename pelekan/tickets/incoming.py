"""★ The one shape in which anything reaches us, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REGISTERS_AT_ONCE = frozenset({"email", "form", "portal", "phone", "sms", "api"})
"""Channels whose requests become official at once; a chat is registered by a click, its customer or a rule."""


@dataclass(frozen=True)
class Incoming:
    """One message from a customer.

    `conversation_id` None begins a new ticket. `client_id` is chosen by the sender and makes repeating
    harmless: the same customer and client_id is the same message. `attachment_ids` are uploads of this
    customer that wait to be bound. `automatic` mail (an out-of-office) is kept but reopens nothing and
    starts no clock. `held` keeps it from the customer's side until an agent releases it.
    """

    inbox_id: int
    channel: str
    customer_id: int
    text: str
    html: str = ""
    quoted: str = ""
    subject: str = ""
    language: str = ""
    conversation_id: int | None = None
    client_id: str = ""
    attachment_ids: tuple[int, ...] = ()
    context: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    automatic: bool = False
    held: bool = False
    by_bot: bool = False  # a chat that begins with the bot: nobody is offered it before the bot hands it over
    may_belong_to_id: int | None = None
    team_id: int | None = None  # the department that the customer chose
    category_id: int | None = None
    impact: int | None = None  # from facts that the customer was asked for
    urgency: int | None = None

    @property
    def registers(self) -> bool:
        """Whether this begins an official ticket by itself."""
        return self.channel in REGISTERS_AT_ONCE
