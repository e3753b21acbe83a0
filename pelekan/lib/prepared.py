"""Queries compiled once: Django's query builder costs more than the database's answer to a small question.

    ways = Prepared(lambda customer: Identity.objects.filter(customer=customer).values("kind", "address"))
    ways(5)                                         # [{"kind": …, "address": …}, …]

    doors = PreparedModels(lambda key: Inbox.objects.select_related("team").filter(key=key))
    doors.one("shop-widget")                        # an Inbox with its team, or None

Arguments are numbers, texts and moments; never None, which is another query. Slices and all other values belong to the
query itself. `insert` and `update` write one row in the same manner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection, models
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

# What stands for the arguments while a query is compiled; no value comes near.
_FIRST = 1 << 40
_DAY = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Plan:
    sql: str
    params: tuple[Any, ...]
    slots: tuple[tuple[int, int], ...]  # (place among the parameters, which argument goes there)
    converters: tuple[tuple[int, list[Any], Any], ...]
    make: Callable[[Sequence[Any]], Any]  # what a converted row becomes


class _Query:
    """A query that is compiled at its first use. Subclasses may take more than plain values: see `shape`, `stand_in` and
    `plain`."""

    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self.make = make
        self.plans: dict[Any, Plan | None] = {}

    def _found(self, values: tuple[Any, ...]) -> list[Any]:
        key = (connection.vendor, *(self.shape(value) for value in values))
        if key not in self.plans:
            self.plans[key] = self._plan(values)
        plan = self.plans[key]
        if plan is None:
            return []
        params = list(plan.params)
        for place, which in plan.slots:
            params[place] = _adapt(self.plain(values[which]))
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, params)
            rows = cursor.fetchall()
        return [plan.make(_converted(plan, row)) for row in rows]

    def shape(self, value: Any) -> Any:
        """What of an argument makes another plan."""
        return type(value)

    def stand_in(self, value: Any, place: int) -> Any:
        """What goes into the query in its place while the plan is made."""
        return _mark(value, place)

    def plain(self, value: Any) -> Any:
        """What takes the place of the mark in a plan."""
        return value

    def _plan(self, values: tuple[Any, ...]) -> Plan | None:
        query = self.make(*(self.stand_in(value, place) for place, value in enumerate(values))).query
        compiler = query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:  # nothing can ever fit
            return None
        marks = [_adapt(_mark(self.plain(value), place)) for place, value in enumerate(values)]
        slots = [
            (place, which)
            for place, param in enumerate(params)
            for which, mark in enumerate(marks)
            if type(param) is type(mark) and param == mark
        ]
        converters = compiler.get_converters(expression for expression, _sql, _alias in compiler.select)
        return Plan(
            sql,
            tuple(params),
            tuple(slots),
            tuple((place, convs, expression) for place, (convs, expression) in converters.items()),
            self._maker(compiler),
        )

    def _maker(self, compiler: Any) -> Callable[[Sequence[Any]], Any]:
        raise NotImplementedError


class Prepared(_Query):
    """Rows as dicts, of a query that ends in `.values(…)`."""

    def __call__(self, *values: Any) -> list[dict[str, Any]]:
        """The rows for these arguments."""
        return self._found(values)

    def one(self, *values: Any) -> dict[str, Any] | None:
        """The first row, or None."""
        found = self._found(values)
        return found[0] if found else None

    def _maker(self, compiler: Any) -> Callable[[Sequence[Any]], Any]:
        query = compiler.query
        names = tuple(query.selected or (*query.values_select, *query.annotation_select))
        return lambda row: dict(zip(names, row, strict=True))


class PreparedModels(_Query, Generic[M]):
    """Rows as model objects, with what `select_related` names; nothing is prefetched or annotated."""

    def __init__(self, make: Callable[..., QuerySet[M]]) -> None:
        super().__init__(make)

    def __call__(self, *values: Any) -> list[M]:
        """The objects for these arguments."""
        return self._found(values)

    def one(self, *values: Any) -> M | None:
        """The first object, or None."""
        found = self._found(values)
        return found[0] if found else None

    def get(self, *values: Any) -> M:
        """The one object; DoesNotExist of its model without any."""
        found = self._found(values)
        if not found:
            raise self.make(*values).model.DoesNotExist
        return found[0]

    def _maker(self, compiler: Any) -> Callable[[Sequence[Any]], Any]:
        return _reader(compiler.klass_info, compiler.select, connection.alias)


def _reader(info: dict[str, Any], select: Sequence[Any], alias: str) -> Callable[[Sequence[Any]], Any]:
    """Builds the model of a row and those joined to it, as Django's own iterables do."""
    model, places = info["model"], info["select_fields"]
    names = [select[place][0].target.attname for place in places]
    pk = places[names.index(model._meta.pk.attname)]
    joined = [
        (_reader(one, select, alias), one["local_setter"], one["remote_setter"])
        for one in info.get("related_klass_infos", ())
    ]

    def read(row: Sequence[Any]) -> Any:
        if row[pk] is None:  # an outer join without a partner
            return None
        one = model.from_db(alias, names, [row[place] for place in places])
        for reader, set_here, set_there in joined:
            other = reader(row)
            set_here(one, other)
            if other is not None:
                set_there(other, one)
        return one

    return read


def insert(row: M) -> M:
    """Write a new row and give it its id. As `save()`, but compiled once and without signals: nobody here listens."""
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]
    key = (connection.vendor, type(row))
    if key not in _inserts:
        marks = ", ".join("%s" for _ in fields)
        table, pk, columns = _quoted(row, fields)
        _inserts[key] = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING {pk}"
    with connection.cursor() as cursor:
        cursor.execute(_inserts[key], _values(row, fields, new=True))
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias
    return row


def reserve(model: type[Model], number: int) -> list[int]:
    """Ids for new rows of a model, for `insert_many`; inside a transaction, which on SQLite is the only writer."""
    assert model._meta.pk is not None
    table, pk = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            last = (cursor.fetchone() or (0,))[0]
            return list(range(last + 1, last + 1 + number))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(table), pk, number],
        )
        return [row[0] for row in cursor.fetchall()]


def insert_many(rows: Sequence[Model]) -> None:
    """Write new rows of one model that have their ids already, in one call of the driver; without signals."""
    if not rows:
        return
    fields: list[Any] = list(rows[0]._meta.local_concrete_fields)
    table, _pk, columns = _quoted(rows[0], fields)
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(fields))})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, [_values(row, fields, new=True) for row in rows])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(row: Model, *names: str) -> None:
    """Write these fields of a stored row, as `save(update_fields=names)` does."""
    fields: list[Any] = [row._meta.get_field(name) for name in names]
    key = (connection.vendor, type(row), names)
    if key not in _updates:
        table, pk, columns = _quoted(row, fields)
        _updates[key] = f"UPDATE {table} SET {', '.join(f'{one} = %s' for one in columns)} WHERE {pk} = %s"
    with connection.cursor() as cursor:
        cursor.execute(_updates[key], [*_values(row, fields, new=False), row.pk])
        if not cursor.rowcount:
            raise DatabaseError(f"{row!r} is not stored: nothing was updated.")


def update_many(rows: Sequence[Model], *names: str) -> None:
    """As `update` for many rows of one model, in one call of the driver."""
    if not rows:
        return
    fields: list[Any] = [rows[0]._meta.get_field(name) for name in names]
    table, pk, columns = _quoted(rows[0], fields)
    sql = f"UPDATE {table} SET {', '.join(f'{one} = %s' for one in columns)} WHERE {pk} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*_values(row, fields, new=False), row.pk] for row in rows])


def update_where(model: type[Model], match: dict[str, Any], **values: Any) -> int:
    """Write `values` into the rows whose fields are as in `match`; how many there were. As `filter(**match).update(
    **values)` does for plain values; a list in `match` means any of these."""
    key = (connection.vendor, model, tuple(_shapes(match)), tuple(values))
    if key not in _updates:
        _updates[key] = _update_where(model, match, values)
    params = [*_plain(model, ((name, [value]) for name, value in values.items()))]
    params += _plain(model, ((name, v if isinstance(v, list) else [v]) for name, v in match.items()))
    with connection.cursor() as cursor:
        cursor.execute(_updates[key], params)
        return cursor.rowcount


def _update_where(model: type[Model], match: dict[str, Any], values: dict[str, Any]) -> str:
    quote = connection.ops.quote_name

    def column(name: str) -> str:
        return quote(_field(model, name).column)

    sets = [f"{column(name)} = %s" for name in values]
    wheres = [
        f"{column(name)} IN ({', '.join(['%s'] * len(value))})" if isinstance(value, list)
        else f"{column(name)} = %s"
        for name, value in match.items()
    ]  # fmt: skip
    return f"UPDATE {quote(model._meta.db_table)} SET {', '.join(sets)} WHERE {' AND '.join(wheres)}"


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _shapes(values: dict[str, Any]) -> list[tuple[str, int]]:
    return [(name, len(value) if isinstance(value, list) else -1) for name, value in values.items()]


def _plain(model: type[Model], pairs: Iterable[tuple[str, list[Any]]]) -> list[Any]:
    """What the database takes for these fields; each comes with the values that its places in the statement get."""
    found = []
    for name, values in pairs:
        field = _field(model, name)
        for one in values:
            found.append(field.get_db_prep_save(one.pk if isinstance(one, Model) else one, connection))
    return found


def _quoted(row: Model, fields: Sequence[Any]) -> tuple[str, str, list[str]]:
    """(table, primary key, columns)"""
    quote, meta = connection.ops.quote_name, row._meta
    assert meta.pk is not None and meta.pk.column
    return quote(meta.db_table), quote(meta.pk.column), [quote(field.column) for field in fields]


_inserts: dict[Any, str] = {}
_updates: dict[Any, str] = {}


def _values(row: Model, fields: Sequence[Any], *, new: bool) -> list[Any]:
    found = []
    moment = connection.ops.adapt_datetimefield_value
    for field in fields:
        value, kind = row.__dict__.get(field.attname), type(field)
        if type(value) is datetime and kind is models.DateTimeField and not field.auto_now:
            value = moment(value)
        elif type(value) not in _AS_IT_IS.get(kind, ()):
            value = field.get_db_prep_save(field.pre_save(row, new), connection)
        found.append(value)
    return found


_AS_IT_IS: dict[type, tuple[type, ...]] = {
    models.AutoField: (int,),
    models.BigAutoField: (int,),
    models.BigIntegerField: (int,),
    models.CharField: (str,),
    models.TextField: (str,),
    models.EmailField: (str,),
    models.BooleanField: (bool,),
    models.IntegerField: (int,),
    models.PositiveIntegerField: (int,),
    models.PositiveSmallIntegerField: (int,),
    models.PositiveBigIntegerField: (int,),
    models.ForeignKey: (int, type(None)),
    models.DateTimeField: (type(None),),
}
"""What the database takes as it is: asking each field about each value costs more than the statement."""


def _mark(value: Any, place: int) -> Any:
    if isinstance(value, str):
        return f"\0{place}"
    if isinstance(value, datetime):
        return _DAY + timedelta(days=place)
    return _FIRST + place


def _adapt(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _converted(plan: Plan, row: Any) -> Any:
    if plan.converters:
        row = list(row)
        for place, converters, expression in plan.converters:
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
    return row
