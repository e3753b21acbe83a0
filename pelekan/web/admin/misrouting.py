"""The misrouting rate on the page of the routing rules, and the tickets behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.routing import misrouting
from pelekan.routing.misrouting import Share
from pelekan.web.admin import drafts
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show
from pelekan.web.reading import Reading

DAYS = (7, 30, 90, 365)


def panel(request: HttpRequest) -> dict[str, Any]:
    """Of all and by rule, for the period that the reader has chosen."""
    dates, days = Reading(request.dates), _days(request)  # type: ignore[attr-defined]
    now = clock()
    whole, by_rule = misrouting.rates(now - timedelta(days=days), now)
    names = _names()
    return {
        "days": days, "periods": [(one, _last(one, dates)) for one in DAYS], "all": _shape(whole, names, dates),
        "rules": [_shape(one, names, dates) for one in by_rule],
    }  # fmt: skip


@behind("rules")
def misrouted(request: HttpRequest) -> HttpResponse:
    """The tickets that were moved on within the hour; of one rule with `rule` ("" for what no rule fitted)."""
    dates, days = Reading(request.dates), _days(request)  # type: ignore[attr-defined]
    rule = request.GET.get("rule")
    now, names = clock(), _names()
    rows = misrouting.behind(agent(request), now - timedelta(days=days), now, rule)
    lines = [
        {**row, "name": _name(row["rule"], row["name"], names), "minutes": _minutes(row["waited"], dates)}
        for row in rows
    ]
    lead = _("Placed by a rule or by their inbox, and given to another team by a person within an hour.")
    return show(
        request, "misrouted", "settings_rules", _("Misrouted tickets"), lead, back="settings_rules", lines=lines,
        chosen=rule, asked_name=_name(rule, "", names) if rule is not None else "", days=days,
        periods=[(one, _last(one, dates)) for one in DAYS], most=misrouting.MOST,
    )  # fmt: skip


def _names() -> dict[str, str]:
    return {str(rule["id"]): str(rule["name"]) for rule in drafts.body_of("routing").get("rules", ())}


def _name(rule: str, kept: str, names: dict[str, str]) -> str:
    return names.get(rule) or kept or (_("a rule that no longer exists") if rule else _("No rule: its inbox"))


def _shape(one: Share, names: dict[str, str], dates: Reading) -> dict[str, Any]:
    share = "" if one.rate is None else dates.digits(f"{100 * one.rate:.0f}")
    return {
        "rule": one.rule, "name": _name(one.rule, one.name, names), "placed": dates.digits(one.placed),
        "moved": dates.digits(one.moved), "any": one.moved > 0, "share": share, "empty": not one.placed,
    }  # fmt: skip


def _last(days: int, dates: Reading) -> str:
    return ngettext("%(num)s day", "%(num)s days", days) % {"num": isolate(dates.digits(days))}


def _minutes(waited: timedelta, dates: Reading) -> str:
    count = max(1, round(waited / timedelta(minutes=1)))
    return ngettext("after %(count)s minute", "after %(count)s minutes", count) % {
        "count": dates.digits(count)
    }


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(one) for one in DAYS} else 30
