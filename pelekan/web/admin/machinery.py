"""What the health page says of the machinery: the desk's own mail, workers, what is due, room."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.channels import jobs, letters, pulse, telling, weighing
from pelekan.channels.models import Weight, Worker
from pelekan.knowledge import bringing, reviewing
from pelekan.knowledge.bot import talking
from pelekan.knowledge.community import following
from pelekan.knowledge.search import upkeep
from pelekan.lib.due import Job
from pelekan.people.models import Letter, LetterState
from pelekan.routing import waits
from pelekan.routing.replay import work as replaying
from pelekan.sla.timers import fire, replan
from pelekan.tickets.bell import posting
from pelekan.tickets.erasing import carrying
from pelekan.tickets.frustration import watching
from pelekan.tickets.models import Inbox
from pelekan.tickets.mydata import making as mydata
from pelekan.tickets.pending import answers
from pelekan.tickets.promises import keeping as promising
from pelekan.tickets.rulebooks import keeping
from pelekan.tickets.webhooks import sending as webhooks
from pelekan.web.admin.health_row import LATE, LOOK, WRONG, Row
from pelekan.web.workspace.alarm import job_names

MOST = 5000  # rows that are counted one by one
LITTLE = 1 << 30  # bytes free on the disk; below a tenth of it nothing can be stored soon

JOBS: list[Job] = [
    answers.JOB, letters.JOB, *jobs.JOBS, telling.JOB, posting.JOB, fire.JOB, replan.JOB, *waits.JOBS, replaying.JOB,
    keeping.JOB, watching.JOB, promising.JOB, webhooks.JOB, talking.JOB, reviewing.JOB, following.JOB, mydata.JOB,
    bringing.JOB, upkeep.JOB, carrying.job(()),
]  # fmt: skip


def own_mail(now: datetime) -> Row:
    """Codes, invitations, resets: through which server, and whether they go."""
    way = letters.way()
    row = Row(settings.EMAIL_HOST or (way.account.smtp_host if way and way.account else _("No server")))
    if way is None:
        row.worse(
            WRONG, _("The desk can send no mail: no invitations, no sign-in codes. Set smtp in pelekan.toml.")
        )
        return row
    waiting = list(
        Letter.objects.filter(way="email", due_at__isnull=False)
        .order_by("due_at")
        .values_list("tries", "created_at", "fault")[:MOST]
    )
    row.fact(_("To be sent"), len(waiting), "number")
    again = [fault for tries, _at, fault in waiting if tries and fault]
    if again:
        row.worse(LOOK, _("The last answer was: %(detail)s") % {"detail": again[0]})
        row.act = reverse("settings_health_try", args=["letters", 0])
    if any(now - at > LATE * 2 for _tries, at, _fault in waiting):
        row.worse(WRONG, _("Letters have waited for more than ten minutes."))
    newest = (
        Letter.objects.filter(way="email").order_by("-pk").values_list("state", "sent_at", "fault").first()
    )
    if newest and newest[0] == LetterState.SENT:
        row.fact(_("Last sent"), newest[1], "moment")
    elif newest and newest[0] == LetterState.FAILED:
        row.worse(LOOK, _("The newest letter could not be sent: %(detail)s") % {"detail": newest[2]})
    return row


def workers(now: datetime) -> list[Row]:
    """One row for each process at work, or one that says that there is none."""
    known = list(Worker.objects.order_by("-seen_at")[:50])
    seen = pulse.of(known, now)
    names = job_names()
    rows = []
    for one in known:
        if not pulse.lives(one, now):
            continue
        row = Row(one.place)
        row.fact(_("Seen"), one.seen_at, "moment")
        row.fact(_("At work since"), one.started_at, "moment")
        busy = Counter(names.get(hand["job"], hand["job"]) for hand in one.threads if hand["since"])
        row.fact(_("Doing now"), _(", ").join(busy) or _("Waiting for work"))
        for hang in seen.stuck:
            if hang.place == one.place:
                name = names.get(hang.job, hang.job)
                row.worse(
                    WRONG,
                    _("“%(job)s” hangs. Start this process anew; what it had in hand is taken up again.")
                    % {"job": name},
                )
                row.fact(_("Hangs since"), hang.since, "moment")
        rows.append(row)
    if seen.silent:
        row = Row(_("No worker"), WRONG)
        row.worse(
            WRONG,
            _(
                "Nobody does what falls due: mail is neither fetched nor sent. Start “pelekan serve” or “pelekan work”."
            ),
        )
        row.fact(_("Last seen"), seen.seen_at, "moment")
        rows.append(row)
    return rows


def backlogs(now: datetime) -> list[Row]:
    """What is due of each kind, and for how long the oldest has been."""
    names = job_names()
    rows = []
    for job in JOBS:
        due = job.model._base_manager.filter(job.where_at(now), due_at__lte=now)
        moments: Iterable[datetime] = due.order_by("due_at").values_list("due_at", flat=True)[: MOST + 1]
        waiting = list(moments)
        row = Row(names.get(job.key, job.key))
        row.fact(_("Due"), f"{MOST}+" if len(waiting) > MOST else len(waiting), "number")
        if waiting:
            row.fact(_("Oldest"), now - waiting[0], "span")
            if job is upkeep.JOB:
                _indexing(row)
            elif now - waiting[0] > LATE:
                row.worse(WRONG, _("It has been due for too long: the workers don't keep up, or hang."))
        rows.append(row)
    return rows


def _indexing(row: Row) -> None:
    """The search of the help centre is being made anew, as after an upgrade."""
    done, total = upkeep.state() or (0, 0)
    row.fact(_("In the index"), done, "number")
    row.fact(_("Altogether"), total, "number")
    row.worse(
        LOOK,
        _("The search index is being made anew, as after an upgrade. Until it is done, readers find less."),
    )


def room() -> list[Row]:
    """The disk, and what each inbox holds."""
    row = Row(_("Disk"))
    try:
        disk = shutil.disk_usage(settings.DATA_DIR)
    except OSError:
        disk = None
    if disk:
        row.fact(_("Free"), disk.free, "size")
        row.fact(_("Altogether"), disk.total, "size")
        if disk.free < LITTLE:
            row.worse(
                WRONG if disk.free < LITTLE // 10 else LOOK,
                _("Make room: without it neither mail nor files can be taken in."),
            )
    rows = [row]
    held = weighing.weights()
    inboxes = {one.pk: one for one in Inbox.objects.filter(pk__in=held)}
    weighed: list[tuple[Weight, int | None]] = sorted(held.values(), key=lambda pair: -pair[0].bytes)
    for weight, more in weighed:
        if not weight.bytes:
            continue
        line = Row(inboxes[weight.inbox_id].name)
        line.fact(_("Mails as they came"), weight.mail_bytes, "size")
        line.fact(_("Files"), weight.file_bytes, "size")
        line.fact(_("More than a week before"), more if more and more > 0 else None, "size")
        line.fact(_("Counted"), datetime.combine(weight.day, time(12), UTC), "day")
        rows.append(line)
    return rows
