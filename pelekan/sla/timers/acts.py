"""What a step does when its moment has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pelekan.people import desk
from pelekan.people.models import Team
from pelekan.sla.models import Timer
from pelekan.sla.policies import Policy, Step
from pelekan.tickets import actions, calls, webhooks
from pelekan.tickets.bell.telling import tell
from pelekan.tickets.models import Ticket

SOURCE = "sla"


@dataclass(frozen=True)
class Acting:
    """A step of a timer in work. `at` is when it was due, `now` when it is done."""

    timer: Timer
    ticket: Ticket
    policy: Policy
    step: Step
    at: datetime
    now: datetime

    @property
    def late(self) -> bool:
        return self.timer.breached_at is not None

    @property
    def source(self) -> str:
        return f"{SOURCE}:{self.timer.target}:{'late' if self.late else 'soon'}"

    @property
    def because(self) -> str:
        """The reason as it stands in the log; pages say it in the reader's language."""
        return f"level: {self.policy.named(desk.sign().language)}"


def act(acting: Acting, do: Mapping[str, Any]) -> bool:
    """Do one act. Whether there was anything to do: nobody to tell, a team that is gone, are no faults of the ticket's."""
    return _ACTS[do["act"]](acting, do)


def _tell(acting: Acting, do: Mapping[str, Any]) -> bool:
    told = tell(
        acting.ticket, do["whom"], source=acting.source, ways=do["by"], because=acting.because,
        name=acting.policy.named(desk.sign().language), now=acting.at,
    )  # fmt: skip
    return told is not None


def _call(acting: Acting, do: Mapping[str, Any]) -> bool:
    script = do.get("script") or ""
    if isinstance(script, Mapping):
        script = script.get(acting.ticket.language) or next((one for one in script.values() if one), "")
    calls.propose(acting.ticket, because=acting.because, script=script, source=SOURCE, now=acting.at)
    return True


def _alarm(acting: Acting, do: Mapping[str, Any]) -> bool:
    return True  # the step itself counts; see `plan.alarm_of`


def _escalate(acting: Acting, do: Mapping[str, Any]) -> bool:
    team = Team.objects.select_related("tier").filter(pk=do["team"], archived_at=None).first()
    if team is None or team.pk == acting.ticket.team_id:
        return False
    actions.escalate(acting.ticket, team, by=None, because=acting.because, now=acting.now)
    return True


def _reassign(acting: Acting, do: Mapping[str, Any]) -> bool:
    if acting.ticket.assignee_id is None:
        return False
    actions.release(acting.ticket, by=None, because=acting.because, now=acting.now)
    return True


def _webhook(acting: Acting, do: Mapping[str, Any]) -> bool:
    name = f"sla.{acting.timer.target}.{acting.step.id}"
    return (
        webhooks.call(do["hook"], acting.ticket, name=name, because=acting.because, now=acting.at) is not None
    )


_ACTS: dict[str, Callable[[Acting, Mapping[str, Any]], bool]] = {
    "tell": _tell,
    "call": _call,
    "alarm": _alarm,
    "escalate": _escalate,
    "reassign": _reassign,
    "webhook": _webhook,
}
