"""The service levels of the demo's office: what is urgent counts every hour, the rest counts office hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pelekan.sla.presets import SCRIPT, steps_348
from pelekan.tickets import rulebooks

SINCE = timedelta(days=40)
TO_TEAM = {"act": "tell", "whom": "team", "by": ["bell"]}


def put_in_force(now: datetime) -> None:
    """As if they had been in force for some weeks."""
    then = now - SINCE
    draft = rulebooks.keep("sla", document(), by=None, note="سه، چهار و هشت ساعت؛ فوری‌ها تندتر", now=then)
    rulebooks.enable(draft, by=None, now=then)


def document() -> dict[str, Any]:
    """Two policies; the second is everybody's."""
    usual = steps_348()
    usual["targets"]["acceptance"] = {
        "within_minutes": 60, "clock": "business", "pause": [], "steps": [
            {"id": "waits", "at": {"minutes": 60}, "do": [TO_TEAM, {"act": "alarm", "level": 1}]},
        ],
    }  # fmt: skip
    return {"policies": [_urgent(), usual], "default": "p-348"}


def _urgent() -> dict[str, Any]:
    soon = {"id": "soon", "at": {"share": 0.75}, "do": [{"act": "alarm", "level": 1}]}
    remind = {
        "id": "remind",
        "at": {"share": 1},
        "do": [{"act": "tell", "whom": "agent", "by": ["bell", "mail"]}],
    }
    call = {"id": "call", "at": {"minutes": 60}, "do": [{"act": "call", "script": dict(SCRIPT)}]}
    manager = {
        "id": "manager", "at": {"minutes": 240},
        "do": [{"act": "tell", "whom": "manager", "by": ["bell", "mail"]}, {"act": "alarm", "level": 3}],
    }  # fmt: skip
    both = {"clock": "elapsed", "pause": ["waiting", "on_hold"]}
    return {
        "id": "p-urgent",
        "name": {"fa": "فوری‌ها", "ar": "العاجل", "en": "Urgent"},
        "when": {"field": "priority", "is": "at_least", "value": 4},
        "hours": None,
        "targets": {
            "first_response": {"within_minutes": 30, **both, "steps": [soon, remind, call]},
            "next_response": {"within_minutes": 45, **both, "steps": [soon, remind, call]},
            "resolution": {"within_minutes": 240, **both, "steps": [soon, manager]},
            "acceptance": {
                "within_minutes": 20, "clock": "elapsed", "pause": [], "steps": [
                    {"id": "waits", "at": {"minutes": 20}, "do": [TO_TEAM, {"act": "alarm", "level": 1}]},
                ],
            },
        },
        "promise": 240,
    }  # fmt: skip
