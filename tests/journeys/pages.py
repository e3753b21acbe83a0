"""The pages of the demo that are photographed and checked for accessibility: (name, who looks, address)."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.servers.desks import Demo


class Page(NamedTuple):
    name: str
    who: str
    address: str
    press: tuple[str, ...] = ()
    """What to click before one looks, one after the other: a menu, a dialog."""

    def at(self, desk: Demo, told: dict[str, Any]) -> str:
        where = self.address.format(**told, shop=desk.shop)
        return where if where.startswith("http") else desk.address + where


PAGES = (
    Page("sign-in", "", "/accounts/login/"),
    Page("forgotten-password", "", "/accounts/password/reset/"),
    Page("portal-sign-in", "", "/portal/sign-in/"),
    Page("portal", "negar", "/portal/"),
    Page("portal-request", "negar", "/portal/requests/{number}/"),
    Page("portal-new", "negar", "/portal/requests/new/"),
    Page("portal-ask", "", "/portal/requests/ask/"),
    Page("portal-profile", "negar", "/portal/profile/"),
    Page("portal-followed", "kaveh", "/portal/requests/{followed}/"),
    Page("rate", "", "/portal/rate/{rate}/?stars=4"),
    Page("notices-off", "", "/portal/notices/off/{off}/"),
    Page("help", "", "/help/{language}/"),
    Page("help-section", "", "/help/{language}/s/buying/"),
    Page("help-steps", "", "/help/{language}/a/{steps}/"),
    Page("help-tree", "", "/help/{language}/a/{tree}/"),
    Page("help-text", "negar", "/help/{language}/a/{text}/"),
    Page("help-search", "", "/help/{language}/search/?q=4"),
    Page("help-nothing", "", "/help/{language}/search/?q=zeppelin"),
    Page("help-said", "", "/help/{language}/a/{tree}/said/?word=no"),
    Page("help-news", "", "/help/{language}/news/"),
    Page("knowledge", "nika", "/desk/knowledge/"),
    Page("knowledge-text", "nika", "/desk/knowledge/1/fa/"),
    Page("knowledge-history", "nika", "/desk/knowledge/1/fa/history/"),
    Page("knowledge-about", "nika", "/desk/knowledge/1/about/"),
    Page("knowledge-files", "nika", "/desk/knowledge/files/"),
    Page("knowledge-sections", "nika", "/desk/knowledge/sections/"),
    Page("remarks", "nika", "/desk/knowledge/remarks/"),
    Page("remarks-votes", "nika", "/desk/knowledge/remarks/?view=votes"),
    Page("community", "", "/community/{language}/"),
    Page("community-topic", "", "/community/{language}/t/1/"),
    Page("community-answer", "negar", "/community/{language}/t/1/"),
    Page("community-ask", "negar", "/community/{language}/ask/"),
    Page("community-me", "negar", "/community/{language}/me/"),
    Page("community-desk", "nika", "/desk/community/"),
    Page("community-desk-topic", "nika", "/desk/community/1/"),
    Page("community-settings", "arash", "/desk/settings/community/"),
    Page("insights", "nika", "/desk/insights/"),
    Page("insights-questions", "nika", "/desk/insights/questions/"),
    Page("insights-articles", "nika", "/desk/insights/articles/"),
    Page("insights-gaps", "nika", "/desk/insights/gaps/"),
    Page("insights-gap", "nika", "/desk/insights/gaps/topic/1/"),
    Page("insights-solved", "nika", "/desk/insights/solved/"),
    Page("insights-visits", "nika", "/desk/insights/visits/?verdict=left"),
    Page("shop", "", "{shop}/?lang={language}"),
    Page("post-office", "", "/demo/post/"),
    Page("letter", "", "/demo/post/", (".story",)),
    Page("phones", "", "/demo/phones/"),
    Page("widget", "", "/widget/shop-widget/frame/?lang={language}"),
    Page("inbox", "sara", "/desk/list/mine/"),
    Page("all", "nika", "/desk/list/all/"),
    Page("lists", "nika", "/desk/list/all/", (".listhead summary",)),
    Page("ticket-chat", "nika", "/desk/tickets/{chat}/"),
    Page("ticket-mail", "nika", "/desk/tickets/{mail}/"),
    Page("ticket-more", "nika", "/desk/tickets/{mail}/", ("#acts summary",)),
    Page(
        "register",
        "sara",
        "/desk/tickets/{talk}/",
        ("#acts .menu summary", ".menu__list [data-dialog*=register]"),
    ),
    Page("chats", "sara", "/desk/chats/"),
    Page("forgotten", "nika", "/desk/forgotten/"),
    Page("search", "nika", "/desk/search/?q=1009"),
    Page("profile", "sara", "/desk/me/"),
    Page("bell", "nika", "/desk/bell/"),
    Page("bell-choice", "nika", "/desk/me/notices/"),
    Page("security", "sara", "/accounts/security/"),
    Page("password", "sara", "/accounts/password/change/"),
    Page("customers", "nika", "/desk/customers/"),
    Page("customer", "nika", "/desk/customers/{customer}/"),
    Page("organizations", "nika", "/desk/organizations/"),
    Page("erasures", "arash", "/desk/customers/erasures/"),
    Page("erasure", "arash", "/desk/customers/erasures/{erasure}/"),
    Page("ticket-report", "james", "/desk/tickets/{report}/"),
    Page("settings", "arash", "/desk/settings/"),
    Page("settings-frustration", "arash", "/desk/settings/frustration/"),
    Page("settings-health", "nika", "/desk/settings/health/"),
    Page("settings-mail-reason", "nika", "/desk/settings/mail/?why=too_large"),
    Page("settings-organization", "arash", "/desk/settings/organization/"),
    Page("settings-look", "arash", "/desk/settings/look/"),
    Page("settings-widget-home", "arash", "/desk/settings/inboxes/{shop_inbox}/home/"),
    Page("settings-staircase", "arash", "/desk/settings/staircase/"),
    Page("settings-teams", "arash", "/desk/settings/teams/"),
    Page("settings-agents", "arash", "/desk/settings/agents/"),
    Page("settings-agent", "arash", "/desk/settings/agents/{agent}/"),
    Page("settings-inboxes", "arash", "/desk/settings/inboxes/"),
    Page("settings-inbox", "arash", "/desk/settings/inboxes/{shop_inbox}/"),
    Page("settings-site", "arash", "/desk/settings/inboxes/{shop_inbox}/site/"),
    Page("settings-hours", "arash", "/desk/settings/inboxes/{mail_inbox}/hours/"),
    Page("settings-mailbox", "arash", "/desk/settings/inboxes/{mail_inbox}/mailbox/"),
    Page("settings-gateway", "arash", "/desk/settings/inboxes/{text_inbox}/gateway/"),
    Page("settings-categories", "arash", "/desk/settings/categories/"),
    Page("settings-tags", "arash", "/desk/settings/tags/"),
    Page("settings-replies", "arash", "/desk/settings/replies/"),
    Page("settings-reply-new", "arash", "/desk/settings/replies/new/"),
    Page("settings-mail", "arash", "/desk/settings/mail/"),
    Page("settings-rules", "arash", "/desk/settings/rules/"),
    Page("settings-rule-new", "arash", "/desk/settings/rules/routing/new/"),
    Page("settings-automation-new", "arash", "/desk/settings/rules/automations/new/"),
    Page("settings-automations", "arash", "/desk/settings/automations/"),
    Page("settings-assignment", "arash", "/desk/settings/assignment/"),
    Page("settings-misrouted", "arash", "/desk/settings/rules/misrouted/?days=365"),
    Page("settings-books", "arash", "/desk/settings/books/routing/"),
    Page("settings-book-in", "arash", "/desk/settings/books/routing/in/"),
    Page("settings-rules-try", "arash", "/desk/settings/rules/routing/try/?ticket=1001"),
    Page("views", "nika", "/desk/views/"),
    Page("view-new", "nika", "/desk/views/new/"),
    Page("view", "nika", "/desk/list/saved-{view}/"),
    Page("settings-notices", "arash", "/desk/settings/notices/"),
    Page("settings-notice", "arash", "/desk/settings/notices/solved/"),
    Page("settings-tokens", "arash", "/desk/settings/tokens/"),
    Page("settings-sla", "arash", "/desk/settings/sla/"),
    Page("settings-sla-policy", "arash", "/desk/settings/sla/policies/p-348/"),
    Page("calls", "nika", "/desk/calls/"),
    Page("ticket-late", "nika", "/desk/tickets/{late}/"),
    Page("settings-log", "arash", "/desk/settings/log/"),
    Page("not-found", "sara", "/desk/nothing-here/"),
)

LOOKED_AT = """
import json, sys
from pelekan.knowledge.models import Translation
from pelekan.people.models import Agent, User
from pelekan.tickets.actions import welcome
from pelekan.tickets.models import Call, Conversation, Erasure, Event, Inbox, SavedView, Ticket
from pelekan.tickets.notices import choosing, rating
negar = welcome("negar.ahmadi@example.com", language=sys.argv[1])
welcome("kaveh@sepehr-trading.example", language=sys.argv[1])
User.objects.update(language=sys.argv[1])
ticket = Ticket.objects.get(customer=negar, number__isnull=False)
mail = Ticket.objects.filter(channel="email", status="open").order_by("id").first()
talk = Conversation.objects.filter(state="active", ticket__registered_at=None).values_list("ticket", flat=True).first()
out = Translation.objects.filter(published__isnull=False, article__visibility="public")
articles = {
    code: {kind: out.filter(language=code, article__kind=kind).first().pk for kind in ("steps", "tree", "text")}
    for code in ("fa", "en", "ar")
}
json.dump({
    **articles[sys.argv[1]], "articles": articles,
    "rate": rating.token_of(Event.objects.filter(name="ticket.solved").latest("pk").pk), "off": choosing.off_token(negar.pk, ["rate"]),
    "chat": ticket.pk, "number": ticket.number, "mail": mail.pk, "talk": talk, "customer": negar.pk,
    "agent": Agent.objects.get(user__email__startswith="sara").pk, "language": sys.argv[1],
    "shop_inbox": Inbox.objects.filter(channel="chat").first().pk, "mail_inbox": Inbox.objects.filter(channel="email").first().pk,
    "view": SavedView.objects.get(shared="all").pk, "text_inbox": Inbox.objects.filter(channel="sms").first().pk,
    "followed": Ticket.objects.exclude(followed_at=None).get().number, "report": Ticket.objects.get(channel="form").pk,
    "erasure": Erasure.objects.latest("pk").pk, "late": Call.objects.filter(done_at=None).first().ticket_id,
}, sys.stdout)
"""
"""Run on a full demo with a language: everybody reads it, and what the addresses above leave open is printed."""
