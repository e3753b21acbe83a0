"""A context pack as a form: its fields with what is known, what came back, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.plain import to_text
from pelekan.people.models import Agent
from pelekan.tickets.actions import PackMissing
from pelekan.tickets.models import Draft, Ticket
from pelekan.tickets.packs.fields import FIELDS, LISTS, ONE_LINE, BadLink
from pelekan.tickets.packs.filling import fill
from pelekan.tickets.packs.labels import LABELS


def help_of(name: str) -> str:
    """What stands below a field while one fills it."""
    return {
        "problem": _("In your own words: what does not work, since when, for whom?"),
        "tried": _("One step a line."),
        "promised": _("One promise a line, with its time."),
        "questions": _("One question a line: what the customer asked and nobody has answered."),
        "environment": _("Device, browser, page, account: whatever makes a difference."),
        "reproduction": _("Step by step, with what should happen and what happens instead."),
        "issue": _("A web address, such as https://git.example.org/shop/issues/7"),
    }.get(name, "")


def fields(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a form, filled with `values`."""
    return [
        {
            "name": name, "label": str(LABELS[name]), "help": help_of(name), "one_line": name in ONE_LINE,
            "ltr": name == "issue", "rows": 2 if name in ("environment", "questions", "promised") else 3,
            "value": "\n".join(values[name]) if name in LISTS else values[name],
        }
        for name in FIELDS
    ]  # fmt: skip


def begun(ticket: Ticket, agent: Agent, dates: Any) -> dict[str, Any]:
    """For a dialog that hands the ticket over: the fields with what is known, and the agent's unsent answer."""
    html = (
        Draft.objects.filter(agent=agent, ticket=ticket, kind="outgoing")
        .values_list("html", flat=True)
        .first()
    )
    return {
        "fields": fields(fill(ticket, moment=dates.moment)),
        "draft": to_text(html)[:300].strip() if html else "",
    }


def posted(form: QueryDict) -> dict[str, Any]:
    """What a form says of a pack; empty where it says nothing, so that what a tier asks for is missed."""
    return {name: form.get(name, "") for name in (*FIELDS, "draft")}


def complaint(fault: PackMissing | BadLink) -> str:
    """What an agent reads about a pack that can't go like this."""
    if isinstance(fault, BadLink):
        return _(
            "The link to the issue tracker is no web address that can be opened safely. It begins with https:// and holds no name or password. Everything else is still here."
        )
    names = pgettext("list", ", ").join(str(LABELS[name]) for name in fault.fields)
    return _("This team asks for more: %(fields)s. Fill it in; everything else is still here.") % {
        "fields": names
    }
