"""What has happened in the demo's office lately: told step by step through the same actions that people use.

A story begins some hours before now and lets minutes pass between its steps, so every ticket carries the history
that it would have had. `tell()` plays them all; the last ones are still going on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage

from django.conf import settings

from pelekan.channels import intake, telling
from pelekan.channels.faults import fault
from pelekan.demo import climbing, lists
from pelekan.demo.stories import company, guides
from pelekan.demo.stories.steps import Teller
from pelekan.demo.stories.tales import PEOPLE, STORIES
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.identify import claim, customer_for
from pelekan.people.models import IdentityKind
from pelekan.sla.timers import fire
from pelekan.tickets.promises import keeping


def tell(world: World, now: datetime | None = None) -> None:
    """Play every story so that it ends where it is now."""
    now = now or clock()
    climbing.prepare(world)
    guides.prepare(world)
    people = dict(world.customers)
    for key, (name, address, language, phone) in PEOPLE.items():
        people[key] = customer_for("email", address, name=name, language=language, verified=True, now=now)
        if phone:
            claim(people[key], IdentityKind.PHONE, phone, now=now)
    for story in STORIES:
        teller = Teller(world, now - timedelta(hours=story.hours), people[story.customer])
        for step in story.steps:
            step(teller)
        if teller.ticket is not None:
            telling.say_due(teller.ticket, now)
            fire.catch_up(teller.ticket, now)
            keeping.fall_due(teller.ticket, now)
    company.tell(world, now)
    lists.save(world, now)
    set_aside(world, now)


def set_aside(world: World, now: datetime) -> None:
    """Two mails that made no ticket: one too large, one that names nobody who could be answered."""
    inbox = world.inboxes["mail"]
    large = EmailMessage()
    large["From"], large["To"] = "Bahram Studio <bahram@example.org>", inbox.address
    large["Subject"] = "عکس‌های همهٔ گلدان‌ها، در اندازهٔ اصلی"
    size = 64 << 20
    why = fault("too_large", size=round(size / 1024 / 1024, 1), limit=settings.CONFIG.max_mail_mb)
    intake.list_unfetched(inbox, large.as_bytes(), size, why, received_at=now - timedelta(hours=5))
    nobody = EmailMessage()
    nobody["To"], nobody["Subject"] = inbox.address, "فاکتور"
    nobody.set_content("لطفاً فاکتور سفارش ۲۲۸۸ را بفرستید.")
    intake.take_now(intake.store(inbox, nobody.as_bytes(), received_at=now - timedelta(hours=3)))
