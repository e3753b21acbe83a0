"""What can be chosen in conditions and rules, by the names that the reader knows; and the names behind kept ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.text import isolate, local_digits
from pelekan.people.models import Agent, Language, Team, Tier
from pelekan.tickets.models import Category, Channel, Inbox, SavedReply, Tag
from pelekan.web.admin import seeking

MOST = 1_000
"""More rows of one kind are not listed; what a condition already names is always shown."""
SOUGHT = ("customer", "organization")
"""Never listed: they are looked for while one types (`seeking`), and read by their ids."""
FEW = 200
"""Of more agents than that only what is chosen is listed."""

Option = dict[str, str]


def channels() -> dict[str, str]:
    return {code: str(label) for code, label in Channel.choices}


def statuses() -> dict[str, str]:
    return {
        "new": _("New"), "open": pgettext("status", "Open"), "waiting": _("Waiting for customer"),
        "on_hold": _("On hold"), "solved": pgettext("status", "Solved"), "closed": pgettext("status", "Closed"),
    }  # fmt: skip


def priorities() -> dict[str, str]:
    return {"1": _("Low"), "2": _("Normal"), "3": _("High"), "4": _("Urgent")}


def degrees() -> dict[str, str]:
    return {
        "1": pgettext("degree", "low"),
        "2": pgettext("degree", "middling"),
        "3": pgettext("degree", "high"),
    }


def request_kinds() -> dict[str, str]:
    return {
        "howto": _("How-to"), "fault": _("Fault"), "complaint": _("Complaint"), "question": _("Question"),
    }  # fmt: skip


def importances() -> dict[str, str]:
    return {"0": _("Usual"), "1": _("Important"), "2": _("Very important"), "3": _("Most important")}


def alarms() -> dict[str, str]:
    return {"0": _("Calm"), "1": _("Soon due"), "2": _("Late"), "3": _("Very late")}


def events() -> dict[str, str]:
    return {
        "ticket.created": _("a ticket comes in"), "ticket.registered": _("a ticket is registered"),
        "message.received": _("the customer writes"), "message.sent": _("the customer is answered"),
        "message.noted": _("a note is written"), "ticket.assigned": _("it is given to someone"),
        "ticket.escalated": _("it is escalated"), "ticket.returned": _("it is returned"),
        "ticket.handed_over": _("it is handed over"), "ticket.assessed": _("impact or urgency changes"),
        "ticket.categorised": _("its category is chosen"), "ticket.tagged": _("it gets a tag"),
        "ticket.solved": _("it is solved"), "ticket.reopened": _("it is reopened"),
        "ticket.closed": _("it is closed"), "ticket.rated": _("the customer rates it"),
    }  # fmt: skip


FIXED = {
    "channel": channels, "status": statuses, "priority": priorities, "degree": degrees, "event": events,
    "request_kind": request_kinds, "importance": importances, "alarm": alarms,
    "language": lambda: dict(Language.choices),
    "rating": lambda: {str(stars): str(stars) for stars in range(1, 6)},
}  # fmt: skip


class Choices:
    """Lists and names, each kind of row read once; `language` is that of the reader."""

    def __init__(self, language: str, eyes: Agent | None = None) -> None:
        """`eyes`: whoever may choose only of those that he may look up; None: of all."""
        self.language = language
        self.eyes = eyes
        self._read: dict[str, dict[str, str]] = {}
        self._gone: dict[str, set[str]] = {}

    def options(self, kind: str, chosen: Iterable[str] = (), *, listed: bool = True) -> list[Option]:
        """What can be chosen, in the reader's order, and what is chosen though it is not offered any more. Of what is sought,
        only what is chosen; `listed`: agents are listed however many they are."""
        chosen = list(chosen)
        known = {} if self.sought(kind, listed) else self.all(kind)
        offered = [
            {"value": key, "label": name} for key, name in known.items() if key not in self._gone[kind]
        ]
        self._look_up(kind, chosen)
        more = [key for key in chosen if key and (key not in known or self.gone(kind, key))]
        return [*offered, *({"value": key, "label": self.name(kind, key)} for key in more)]

    def name(self, kind: str, key: Any) -> str:
        """The name behind a value; what is archived or no longer there says so."""
        key = str(key)
        known = self._known(kind, key)
        if key not in known:
            return _("number %(number)s, which no longer exists") % {
                "number": local_digits(key, self.language)
            }
        if key in self._gone[kind]:
            return _("%(name)s (archived)") % {"name": isolate(known[key])}
        return known[key]

    def exists(self, kind: str, key: Any) -> bool:
        return str(key) in self._known(kind, str(key))

    def raw(self, kind: str, key: Any) -> str:
        """The bare name of what exists."""
        return self._known(kind, str(key))[str(key)]

    def sought(self, kind: str, listed: bool = False) -> bool:
        """Whether the reader types and is shown who fits."""
        return kind in SOUGHT or (kind == "agent" and not listed and len(self.all(kind)) > FEW)

    def gone(self, kind: str, key: Any) -> bool:
        """Whether it is archived."""
        self._known(kind, str(key))
        return str(key) in self._gone[kind]

    def key_of(self, kind: str, name: str) -> str | None:
        """The value of this name, for what was exported elsewhere; None when there is none or more than one."""
        if kind in SOUGHT:
            rows = seeking.seen(kind, self.eyes).filter(name=name).values_list("pk", flat=True)
            found = [str(pk) for pk in rows[:2]]
        else:
            found = [key for key, its in self.all(kind).items() if its == name]
        return found[0] if len(found) == 1 else None

    def _known(self, kind: str, key: str) -> dict[str, str]:
        if kind not in SOUGHT:
            return self.all(kind)
        if key not in self._read.get(kind, {}):
            self._look_up(kind, [key])
        return self._read[kind]

    def _look_up(self, kind: str, keys: list[str]) -> None:
        """Read the names of these, at once."""
        if kind not in SOUGHT:
            return
        self._gone.setdefault(kind, set())
        known = self._read.setdefault(kind, {})
        ids = [
            int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 18 and key not in known
        ]
        if ids:
            rows = seeking.seen(kind, self.eyes).filter(pk__in=ids).values_list("pk", "name")
            known.update({str(pk): name or f"#{pk}" for pk, name in rows})

    def all(self, kind: str) -> dict[str, str]:
        if kind not in self._read:
            self._gone.setdefault(kind, set())
            self._read[kind] = self._fixed(kind) if kind in FIXED else self._rows(kind)
        return self._read[kind]

    def _fixed(self, kind: str) -> dict[str, str]:
        found = {key: str(words) for key, words in FIXED[kind]().items()}
        if kind == "rating":
            return {key: local_digits(words, self.language) for key, words in found.items()}
        return found

    def _rows(self, kind: str) -> dict[str, str]:
        gone = self._gone[kind]
        if kind == "category":
            return self._categories()
        if kind == "tier":
            return {
                str(level): name
                for level, name in Tier.objects.order_by("level").values_list("level", "name")
            }
        rows: Any
        if kind == "team":
            rows = Team.objects.values_list("id", "name", "archived_at")
        elif kind == "inbox":
            rows = Inbox.objects.values_list("id", "name", "archived_at")
        elif kind == "agent":
            rows = Agent.objects.values_list("id", "user__name", "disabled_at")
        else:
            return {str(pk): name for pk, name in _NAMED[kind]()}
        gone.update(str(pk) for pk, _name, archived in rows if archived)
        return {str(pk): name for pk, name, _archived in rows}

    def _categories(self) -> dict[str, str]:
        """Each with what it stands below: «پرداخت › خطای بانک»."""
        rows = {row["id"]: row for row in Category.objects.values("id", "name", "parent_id", "archived_at")}
        found = {}
        for pk, row in rows.items():
            path, above = [row["name"]], row["parent_id"]
            while above in rows:
                path.append(rows[above]["name"])
                above = rows[above]["parent_id"]
            found[str(pk)] = " › ".join(reversed(path))
            if row["archived_at"]:
                self._gone["category"].add(str(pk))
        return dict(sorted(found.items(), key=lambda pair: pair[1]))


_NAMED: dict[str, Any] = {
    "tag": lambda: [
        (name.casefold(), name) for name in Tag.objects.values_list("name", flat=True)[:MOST]
    ],  # by name
    "hook": lambda: _hooks(),
    "step": lambda: Tier.objects.filter(level__gt=0).values_list("id", "name"),
    "reply": lambda: SavedReply.objects.values_list("id", "name"),
}


def _hooks() -> list[tuple[int, str]]:
    from pelekan.tickets.webhooks.models import Webhook

    return [*Webhook.objects.values_list("id", "name")]
