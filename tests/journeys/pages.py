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

SESSIONS = """
import json, sys, django; django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from pelekan.people.models import Agent, User
from pelekan.tickets.actions import welcome
from pelekan.tickets.models import Ticket
User.objects.update(language=sys.argv[1])
negar = welcome("negar.ahmadi@example.com", language=sys.argv[1])
User.objects.filter(pk=negar.user_id).update(language=sys.argv[1])
people = {agent.user.email.split("@")[0]: agent.user for agent in Agent.objects.select_related("user")}
people["negar"] = User.objects.get(pk=negar.user_id)
cookies = {}
for key, user in people.items():
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "pelekan.people.backends.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    cookies[key] = session.session_key
ticket = Ticket.objects.get(customer=negar, number__isnull=False)
mail = Ticket.objects.filter(channel="email", status="open").order_by("id").first()
json.dump({"name": settings.SESSION_COOKIE_NAME, "cookies": cookies, "chat": ticket.pk, "number": ticket.number, "mail": mail.pk}, sys.stdout)
"""
"""Signs everyone in without a form, in the language of the first argument; prints cookies and what the pages need."""
