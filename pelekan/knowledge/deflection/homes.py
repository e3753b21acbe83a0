"""What the home of a widget offers: chosen for each inbox, with the departments among which a visitor chooses (S61, S62)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pelekan.knowledge.deflection.models import Choice, WidgetHome
from pelekan.lib.prepared import Prepared
from pelekan.people.models import Agent, Team
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Category, Inbox
from pelekan.tickets.shaping.values import require

USUAL: dict[str, Any] = {
    "choices": [one for one in Choice.values if one != Choice.REPORT],  # a form more, for whom it is of use
    "urgent": False,
    "team_ids": [],
}
_HOME = Prepared(
    lambda inbox: WidgetHome.objects.filter(inbox_id=inbox).values("choices", "urgent", "departments")[:1]
)


def of_inbox(inbox: int) -> dict[str, Any]:
    """{choices: names of `Choice` in their order, urgent}: what was chosen, else all of them."""
    row = next(iter(_HOME(inbox)), None)
    if row is None:
        return {"choices": list(USUAL["choices"]), "urgent": USUAL["urgent"]}
    return {"choices": [one for one in row["choices"] if one in Choice.values], "urgent": row["urgent"]}


def teams(inbox: int) -> list[Team]:
    """The departments among which one chooses, in the order that was chosen; archived ones are left out."""
    row = next(iter(_HOME(inbox)), None)
    wished = list(row["departments"]) if row else []
    if not wished:
        return []
    found = {team.pk: team for team in Team.objects.filter(pk__in=wished, archived_at=None)}
    return [found[pk] for pk in wished if pk in found]


def departments(inbox: int, language: str = "") -> list[dict[str, Any]]:
    """[{id, name, description}] in the visitor's `language`; in the desk's own words where nothing is written for it."""
    return [
        {
            "id": team.pk,
            "name": team.said("name", language),
            "description": team.said("description", language),
        }
        for team in teams(inbox)
    ]


def reports(inbox: int) -> Category | None:
    """The category of problems that are reported by the form."""
    row = WidgetHome.objects.filter(inbox_id=inbox).select_related("reports").first()
    found = row.reports if row else None
    return found if found is not None and found.archived_at is None else None


class NoWayToUs(ValueError):
    """A home without a way to a person."""


@action
def keep(
    inbox: Inbox,
    *,
    by: Agent,
    choices: Sequence[str],
    departments: Sequence[int] = (),
    urgent: bool = False,
    reports: Category | None = None,
) -> WidgetHome:
    """What this home offers from now on. Raises NoWayToUs where neither the chat nor the form is among it."""
    require(by, "settings")
    kept = [one for one in choices if one in Choice.values]
    if not {Choice.CHAT, Choice.FORM} & set(kept):
        raise NoWayToUs
    known = set(Team.objects.filter(pk__in=departments, archived_at=None).values_list("pk", flat=True))
    row, _made = WidgetHome.objects.update_or_create(
        inbox=inbox,
        defaults={
            "choices": kept,
            "departments": [pk for pk in departments if pk in known],
            "urgent": urgent,
            "reports": reports,
        },
    )
    record("inbox.changed", by=by, inbox=inbox.pk, home=kept)
    return row
