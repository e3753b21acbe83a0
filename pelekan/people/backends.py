"""Signing in: one query brings the user with the agent and the customer that he is."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, Subquery

from pelekan.lib.prepared import Prepared
from pelekan.people.models import Agent, Customer, Desk, User


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _of(name: str, model: type[Model]) -> list[str]:
    return [f"{name}__{field}" for field in _names(model)]


_ROW = Prepared(
    lambda pk: User.objects.filter(pk=pk).values(
        *_names(User),
        *_of("agent", Agent),
        *_of("customer", Customer),
        desk_visibility=Subquery(Desk.objects.filter(pk=1).values("visibility")),
    )
)


class Backend(ModelBackend):
    """E-mail and password. An inactive user and a disabled agent are signed out at their next request."""

    def get_user(self, user_id: Any) -> User | None:
        row = _ROW.one(int(user_id))
        if row is None:
            return None
        user = User.from_db(DEFAULT_DB_ALIAS, _names(User), [row[name] for name in _names(User)])
        for name, model in (("agent", Agent), ("customer", Customer)):
            known = row[f"{name}__id"] is not None
            values = [row[f"{name}__{field}"] for field in _names(model)]
            user._state.fields_cache[name] = (
                model.from_db(DEFAULT_DB_ALIAS, _names(model), values) if known else None
            )
        if (agent := user._state.fields_cache["agent"]) is not None:
            agent.desk_visibility = row["desk_visibility"] or {}
        return user if self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        agent = getattr(user, "agent", None)
        return super().user_can_authenticate(user) and (agent is None or agent.disabled_at is None)
