"""Queries compiled once: Django's query builder costs more than the database's answer to a small question.

    ways = Prepared(lambda customer: Identity.objects.filter(customer=customer).values("kind", "address"))
    ways(5)                                         # [{"kind": …, "address": …}, …]

Arguments are numbers. Slices and all other values belong to the query itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

_FIRST = 1 << 40  # numbers from here on stand for arguments while a query is compiled; no id comes near


@dataclass(frozen=True)
class Plan:
    sql: str
    params: tuple[Any, ...]
    names: tuple[str, ...]
    converters: tuple[tuple[int, list[Any], Any], ...]


class Prepared:
    """Subclasses may take more than numbers: see `shape`, `stand_in` and `number`."""

    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self.make = make
        self.plans: dict[Any, Plan | None] = {}

    def __call__(self, *values: Any) -> list[dict[str, Any]]:
        """The rows for these arguments."""
        key = (connection.vendor, *(self.shape(value) for value in values))
        if key not in self.plans:
            self.plans[key] = self._plan(values)
        plan = self.plans[key]
        if plan is None:
            return []
        given = [self.number(value) for value in values]
        params = [
            given[param - _FIRST] if type(param) is int and param >= _FIRST else param
            for param in plan.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, params)
            rows = cursor.fetchall()
        return [self._row(plan, row) for row in rows]

    def one(self, *values: Any) -> dict[str, Any] | None:
        """The first row, or None."""
        found = self(*values)
        return found[0] if found else None

    def shape(self, value: Any) -> Any:
        """What of an argument makes another plan."""
        return None

    def stand_in(self, value: Any, number: int) -> Any:
        """What goes into the query in its place while the plan is made."""
        return number

    def number(self, value: Any) -> int:
        """What takes the place of that number in a plan."""
        return int(value)

    def _plan(self, values: tuple[Any, ...]) -> Plan | None:
        query = self.make(*(self.stand_in(value, _FIRST + place) for place, value in enumerate(values))).query
        compiler = query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # nothing can ever fit
            return None
        converters = compiler.get_converters(expression for expression, _sql, _alias in compiler.select)
        return Plan(
            sql,
            tuple(params),
            tuple(query.selected or (*query.values_select, *query.annotation_select)),
            tuple((place, convs, expression) for place, (convs, expression) in converters.items()),
        )

    def _row(self, plan: Plan, row: Any) -> dict[str, Any]:
        if plan.converters:
            row = list(row)
            for place, converters, expression in plan.converters:
                for convert in converters:
                    row[place] = convert(row[place], expression, connection)
        return dict(zip(plan.names, row, strict=True))
