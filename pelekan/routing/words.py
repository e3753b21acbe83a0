"""What is wrong with a document of rules, in the words of whoever edits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.lib.text import isolate
from pelekan.routing import assigning, rules
from pelekan.routing.acts import BadRules
from pelekan.tickets.conditions import ast
from pelekan.tickets.rulebooks import Fault

FAULTS = {
    "no_rules": lazy("These are no rules."),
    "no_rule": lazy("This is no rule."),
    "no_teams": lazy("This doesn't say how teams assign."),
    "too_many": lazy("More than %(value)s rules are too many."),
    "id_twice": lazy("Two rules have the same id %(value)s."),
    "no_id": lazy("A rule's id is made of letters, digits, hyphens; this one is not: %(value)s"),
    "no_name": lazy("Give the rule a name."),
    "too_long": lazy("This is too long: %(value)s"),
    "no_flag": lazy("Only yes or no is possible here."),
    "no_event": lazy("Choose when the rule is asked."),
    "unknown_event": lazy("Rules can't listen to this: %(value)s"),
    "no_acts": lazy("Say what the rule does."),
    "unknown_act": lazy("Rules can't do this: %(value)s"),
    "set_twice": lazy("The rule sets the same thing twice."),
    "unknown_value": lazy("This means nothing here: %(value)s"),
    "no_choice": lazy("Choose from the list."),
    "no_step": lazy("Choose 1, 2 or 3."),
    "no_tag": lazy("A tag needs a name."),
    "no_text": lazy("Write a text."),
    "no_way": lazy("Choose bell or mail."),
    "no_whom": lazy("Choose who is told."),
    "no_hours": lazy("Write the hours as a number, at most a year."),
    "too_often": lazy("A rule that repeats must wait a quarter of an hour at least."),
    "no_since": lazy("Choose since when the time counts."),
    "no_time": lazy("Write the time like 09:00."),
    "no_day": lazy("Choose at least one day."),
    "no_zone": lazy("There is no such time zone: %(value)s"),
    "only_of_one": lazy("A rule that runs by the clock can't ask this of many tickets: %(value)s"),
    "no_team_way": lazy("Choose how the team gets its tickets."),
    "no_weight": lazy("A weight is a number from 0 to 20."),
    "condition_blank": lazy("A blank condition would match nothing. Add a question, or choose “always”."),
    "condition_too_deep": lazy("The condition is nested too deeply."),
    "condition_too_many": lazy("The condition asks too many questions."),
    "condition_no_such_field": lazy("Nothing is known by the name %(value)s."),
    "condition_no_such_question": lazy("This can't be asked of %(value)s."),
}


def sentence(code: str, value: str = "") -> str:
    """What a code of `acts.Fault` says."""
    known = FAULTS.get(code)
    return str(known if known is not None else _("This value doesn't fit: %(value)s")) % {
        "value": isolate(value)
    }


def check_routing(body: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with a document of routing rules; see `rulebooks.CHECKS`."""
    return _faults(rules.routing_from, body)


def check_automations(body: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with a document of automations."""
    found = _faults(rules.automations_from, body)
    if found:
        return found
    return [
        Fault(("rules", rule.place - 1, "when"), sentence("only_of_one", rule.name))
        for rule in rules.automations_from(body).rules
        if isinstance(rule.time, rules.Daily) and not ast.asks_sets(rule.when)
    ]


def check_assignment(body: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with a document of assignment."""
    return _faults(assigning.assignment_from, body)


def _faults(read: Callable[[Any], Any], body: Any) -> list[Fault]:
    try:
        read(body)
    except BadRules as refused:
        return [Fault(_way(one.where), sentence(one.code, one.value)) for one in refused.faults]
    return []


def _way(where: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in where.split(".") if step)
