"""Everything that is done later, by whom and how often: the rows that fall due, and the chores."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from pelekan.channels import erasing as sent
from pelekan.channels import jobs as mail
from pelekan.channels import letters, pace, pulse, telling, weighing
from pelekan.knowledge import bringing, reviewing
from pelekan.knowledge import erasing as known
from pelekan.knowledge import keeping as articles
from pelekan.knowledge.bot import talking as bot
from pelekan.knowledge.community import chores as community
from pelekan.knowledge.community import following
from pelekan.knowledge.deflection import repeated, solved
from pelekan.knowledge.search import upkeep
from pelekan.knowledge.trail import again, days, forgetting
from pelekan.lib.due import Job
from pelekan.lib.labour import Chore, Crew
from pelekan.people.chores import forget_tokens
from pelekan.routing import erasing as routed
from pelekan.routing import giving, waits
from pelekan.routing.replay import work as replaying
from pelekan.sla.timers import fire, replan
from pelekan.tickets import forgotten
from pelekan.tickets.bell import posting
from pelekan.tickets.chores import drop_unsent, wake_held
from pelekan.tickets.erasing import carrying, parts
from pelekan.tickets.frustration import watching
from pelekan.tickets.mydata import making as mydata
from pelekan.tickets.pending import answers
from pelekan.tickets.promises import keeping as promising
from pelekan.tickets.rulebooks import deciding, keeping
from pelekan.tickets.webhooks import sending as webhooks

ERASED = [*sent.PARTS, *routed.PARTS, *known.PARTS, *parts.PARTS, *parts.LAST]
"""What goes when a customer is erased, in this order: first nothing leaves any more, at last the log."""

JOBS: list[Job] = [
    answers.JOB,
    letters.JOB,
    *mail.JOBS,
    telling.JOB,
    posting.JOB,
    keeping.JOB,
    fire.JOB,
    replan.JOB,
    *waits.JOBS,
    replaying.JOB,
    watching.JOB,
    promising.JOB,
    webhooks.JOB,
    mydata.job({"looked_for": forgetting.export}),
    carrying.job(ERASED),
    reviewing.JOB,
    bringing.JOB,
    upkeep.JOB,
    bot.JOB,
    following.JOB,
]

CHORES = [
    Chore(wake_held, timedelta(seconds=20)),
    Chore(giving.serve_all, timedelta(minutes=1)),
    Chore(forgotten.alarm, timedelta(minutes=5)),
    Chore(mydata.forget_old, timedelta(hours=1)),
    Chore(forget_tokens, timedelta(hours=6)),
    Chore(drop_unsent, timedelta(hours=1)),
    Chore(pace.forget_old, timedelta(minutes=10)),
    Chore(posting.send_digests, timedelta(minutes=5)),
    Chore(posting.forget_old, timedelta(hours=6)),
    Chore(weighing.weigh, timedelta(hours=1)),
    Chore(webhooks.forget_old, timedelta(hours=6)),
    Chore(replaying.forget_old, timedelta(hours=24)),
    Chore(deciding.forget_old, timedelta(hours=1)),
    Chore(articles.remind, timedelta(minutes=15)),
    Chore(bringing.forget_old, timedelta(hours=6)),
    Chore(upkeep.look, timedelta(hours=1)),
    Chore(days.catch_up, timedelta(minutes=10)),
    Chore(again.catch_up, timedelta(minutes=10)),
    Chore(forgetting.forget_old, timedelta(hours=6)),
    Chore(solved.gather, timedelta(hours=1)),
    Chore(repeated.gather, timedelta(hours=6)),
    Chore(community.alarm, timedelta(minutes=10)),
    Chore(community.drop_unsent, timedelta(hours=1)),
]


def beats() -> Path:
    """Where workers leave their signs of life; see `pelekan.lib.labour.last_beat`."""
    return Path(settings.DATA_DIR) / "beats"


def work(stop: threading.Event) -> None:
    """Do what falls due until `stop` is set."""
    threading.Thread(target=mail.watch, args=[stop], name="mail-watch", daemon=True).start()
    Crew(JOBS, CHORES, beats(), pulse.report).run(stop)
