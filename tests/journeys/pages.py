"""The pages of the demo that are photographed and checked for accessibility: (name, who looks, address)."""

from __future__ import annotations

PAGES: tuple[tuple[str, str, str], ...] = (
    ("sign-in", "", "/accounts/login/"),
    ("forgotten-password", "", "/accounts/password/reset/"),
    ("portal-sign-in", "", "/portal/sign-in/"),
    ("portal", "negar", "/portal/"),
    ("portal-request", "negar", "/portal/requests/{number}/"),
    ("portal-new", "negar", "/portal/requests/new/"),
    ("portal-profile", "negar", "/portal/profile/"),
    ("post-office", "", "/demo/post/"),
    ("widget", "", "/widget/shop-widget/frame/?lang={language}"),
    ("inbox", "sara", "/desk/list/mine/"),
    ("all", "nika", "/desk/list/all/"),
    ("ticket-chat", "dara", "/desk/tickets/{chat}/"),
    ("ticket-mail", "nika", "/desk/tickets/{mail}/"),
    ("chats", "sara", "/desk/chats/"),
    ("search", "nika", "/desk/search/?q=1009"),
    ("profile", "sara", "/desk/me/"),
    ("customers", "nika", "/desk/customers/"),
    ("settings", "arash", "/desk/settings/"),
    ("settings-staircase", "arash", "/desk/settings/staircase/"),
    ("settings-teams", "arash", "/desk/settings/teams/"),
    ("settings-agents", "arash", "/desk/settings/agents/"),
    ("settings-inboxes", "arash", "/desk/settings/inboxes/"),
    ("settings-categories", "arash", "/desk/settings/categories/"),
    ("settings-replies", "arash", "/desk/settings/replies/"),
    ("settings-mail", "arash", "/desk/settings/mail/"),
    ("settings-tokens", "arash", "/desk/settings/tokens/"),
    ("settings-log", "arash", "/desk/settings/log/"),
    ("not-found", "sara", "/desk/nothing-here/"),
)

LOOKED_AT = """
import json, sys
from pelekan.people.models import User
from pelekan.tickets.actions import welcome
from pelekan.tickets.models import Ticket
negar = welcome("negar.ahmadi@example.com", language=sys.argv[1])
User.objects.update(language=sys.argv[1])
ticket = Ticket.objects.get(customer=negar, number__isnull=False)
mail = Ticket.objects.filter(channel="email", status="open").order_by("id").first()
json.dump({"chat": ticket.pk, "number": ticket.number, "mail": mail.pk, "language": sys.argv[1]}, sys.stdout)
"""
"""Run on a full demo with a language: everybody reads it, and what the addresses above leave open is printed."""
