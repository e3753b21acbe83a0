"""Queries of hot pages, compiled once: Django's query builder costs more than SQLite's answer.

    ways = Prepared(lambda customer: Identity.objects.filter(customer=customer).values("kind", "address"))
    ways(5)                                         # [{"kind": …, "address": …}, …]

Arguments are numbers, and agents, of whom only what `visible_to` looks at makes another plan. Slices and all other
values belong to the query itself. Rights stay where they are: a prepared query begins at `visible_to` like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from pelekan.people.models import Agent, Role, User

_FIRST = 1 << 40  # numbers from here on stand for arguments while a query is compiled; no id comes near


@dataclass(frozen=True)
class Plan:
    sql: str
    params: tuple[Any, ...]
    names: tuple[str, ...]
    converters: tuple[tuple[int, list[Any], Any], ...]


class Prepared:
    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self.make = make
        self.plans: dict[Any, Plan] = {}

    def __call__(self, *values: int | Agent) -> list[dict[str, Any]]:
        """The rows for these arguments."""
        key = (connection.vendor, *(_shape(value) for value in values))
        plan = self.plans.get(key) or self.plans.setdefault(key, self._plan(values))
        given = [value.pk if isinstance(value, Agent) else value for value in values]
        params = [
            given[param - _FIRST] if type(param) is int and param >= _FIRST else param
            for param in plan.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, params)
            rows = cursor.fetchall()
        return [self._row(plan, row) for row in rows]

    def one(self, *values: int | Agent) -> dict[str, Any] | None:
        """The first row, or None."""
        found = self(*values)
        return found[0] if found else None

    def _plan(self, values: tuple[int | Agent, ...]) -> Plan:
        stand_ins = [
            _stand_in(value, _FIRST + place) if isinstance(value, Agent) else _FIRST + place
            for place, value in enumerate(values)
        ]
        query = self.make(*stand_ins).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters(expression for expression, _sql, _alias in compiler.select)
        return Plan(
            sql,
            tuple(params),
            tuple(query.selected or query.values_select),
            tuple((place, convs, expression) for place, (convs, expression) in converters.items()),
        )

    def _row(self, plan: Plan, row: Any) -> dict[str, Any]:
        if plan.converters:
            row = list(row)
            for place, converters, expression in plan.converters:
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
        return dict(zip(plan.names, row, strict=True))


def _shape(value: int | Agent) -> Any:
    if not isinstance(value, Agent):
        return None
    if value.disabled_at or not value.user.is_active:
        return ()
    return True if value.is_manager or value.sees_all_tiers else tuple(value.tier_ids)


def _stand_in(agent: Agent, number: int) -> Agent:
    """An agent with the same eyes and a number that stands for his."""
    double = Agent(
        pk=number, role=Role.AGENT, disabled_at=agent.disabled_at, user=User(is_active=agent.user.is_active)
    )
    double.sees_all_tiers = agent.is_manager or agent.sees_all_tiers
    double.tier_ids = agent.tier_ids
    return double
