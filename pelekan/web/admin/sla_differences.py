"""What a version of the service levels changed, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.lib.time import Dates
from pelekan.web import sla_words
from pelekan.web.reading import Reading

Policy = Mapping[str, Any]


def told(
    before: Mapping[str, Any], after: Mapping[str, Any], kind: str = "", choices: Any = None
) -> list[str]:
    """Each difference as a sentence; [] when they say the same."""
    was = {one["id"]: one for one in before.get("policies") or ()}
    now = {one["id"]: one for one in after.get("policies") or ()}
    found = [_("New: %(name)s.") % named(one) for id, one in now.items() if id not in was]
    found += [_("Gone: %(name)s") % named(one) for id, one in was.items() if id not in now]
    for id, one in now.items():
        if id in was and was[id] != one:
            found += _changed(was[id], one)
    if [id for id in was if id in now] != [id for id in now if id in was]:
        found.append(_("The policies are asked in another order."))
    if (before.get("default") or None) != (after.get("default") or None):
        default = now.get(after.get("default") or "")
        found.append(
            _("%(name)s is for tickets that fit no other") % named(default)
            if default
            else _("Tickets that fit no policy are promised nothing")
        )
    return found


def _changed(was: Policy, now: Policy) -> Iterator[str]:
    name = named(now)
    if was.get("name") != now.get("name"):
        yield _("%(before)s is called %(name)s now") % {**name, "before": named(was)["name"]}
    if was.get("when") != now.get("when"):
        yield _("%(name)s is for other tickets") % name
    if was.get("hours") != now.get("hours"):
        yield _("%(name)s follows other business hours") % name
    old, new = was.get("targets") or {}, now.get("targets") or {}
    for kind in [*new, *(one for one in old if one not in new)]:
        yield from _target(name, kind, old.get(kind), new.get(kind))
    if was.get("promise") != now.get("promise"):
        yield (
            _("%(name)s promises customers an answer within %(time)s")
            % {**name, "time": length(now["promise"])}
            if now.get("promise")
            else _("%(name)s promises customers nothing") % name
        )


def _target(name: dict[str, str], kind: str, was: Policy | None, now: Policy | None) -> Iterator[str]:
    words = {**name, "target": sla_words.target_name(kind)}
    if was == now:
        return
    if was is None and now is not None:
        yield _("%(name)s has a target more: %(target)s within %(time)s") % {**words, "time": length(now["within_minutes"])}  # fmt: skip
        return
    if now is None or was is None:
        yield _("%(name)s no longer has the target %(target)s") % words
        return
    if was.get("within_minutes") != now.get("within_minutes"):
        yield _("%(name)s: %(target)s within %(time)s; it was %(before)s") % {
            **words, "time": length(now["within_minutes"]), "before": length(was["within_minutes"]),
        }  # fmt: skip
    if was.get("clock") != now.get("clock"):
        yield (
            _("%(name)s: %(target)s counts every hour now")
            if now.get("clock") == "elapsed"
            else _("%(name)s: %(target)s counts business hours now")
        ) % words
    if was.get("remind") != now.get("remind"):
        yield (
            _("%(name)s: on the way to %(target)s reminders and calls wait until the office opens")
            if now.get("remind") == "open"
            else _("%(name)s: on the way to %(target)s reminders and calls come at any hour")
        ) % words
    if set(was.get("pause") or ()) != set(now.get("pause") or ()):
        yield _("%(name)s: %(target)s rests at other times") % words
    if was.get("steps") != now.get("steps"):
        yield _("%(name)s: other steps on the way to %(target)s") % words


def named(policy: Policy) -> dict[str, str]:
    return {"name": isolate(name_of(policy, (get_language() or "en")[:2]))}


def name_of(policy: Policy, language: str) -> str:
    name = policy.get("name") or ""
    if isinstance(name, str):
        return name or str(policy.get("id", ""))
    return name.get(language) or next((one for one in name.values() if one), str(policy.get("id", "")))


def length(minutes: int) -> str:
    return sla_words.length(int(minutes), Reading(Dates((get_language() or "en")[:2])))
