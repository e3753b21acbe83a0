"""Asking for the file, making it, and letting it go."""

from __future__ import annotations

import functools
import json
import logging
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib import due
from pelekan.lib.secrets import new_token
from pelekan.lib.time import now as clock
from pelekan.people import letters
from pelekan.people.identify import mail_address
from pelekan.people.models import Customer
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Takeout
from pelekan.tickets.mydata import gathering

log = logging.getLogger("pelekan.mydata")

LIVES = timedelta(days=3)
MOST_TRIES = 4


def folder() -> Path:
    return Path(settings.DATA_DIR) / "takeouts"


@action
def ask(customer: Customer, *, now: datetime | None = None) -> Takeout:
    """A new file; the one that waits or is ready already, where there is one."""
    now = now or clock()
    known = current(customer, now)
    if known is not None and known.state != Takeout.State.FAILED:
        return known
    made = Takeout.objects.create(customer=customer, asked_at=now, due_at=now, expires_at=now + LIVES)
    record("customer.asked_for_data", by=customer, at=now, topics=[f"customer:{customer.pk}"])
    due.queued(Takeout)
    return made


def current(customer: Customer, now: datetime) -> Takeout | None:
    """His newest file that has not ended."""
    rows = Takeout.objects.filter(customer=customer, expires_at__gt=now).exclude(state=Takeout.State.GONE)
    return rows.order_by("-pk").first()


More = Mapping[str, Callable[[Customer], list[dict[str, Any]]]]
"""What other rooms know of a customer: name in the file → his rows, each {"at", "what", "text"}."""


def make(row: Takeout, more: More | None = None) -> datetime | None:
    """Gather and pack. What fails is tried again some times, then said."""
    customer = row.customer
    language = customer.user.language if customer.user else customer.language
    name = f"{new_token()}.zip"
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder() / f"{name}.part"
    try:
        with translation.override(language):
            _pack(customer, language, part, more or {})
        part.rename(folder() / name)
    except OSError as fault:
        log.error("the data of customer %s could not be packed: %s", customer.pk, type(fault).__name__)
        part.unlink(missing_ok=True)
        if row.tries < MOST_TRIES:
            return clock() + due.pause(row.tries)
        due.settle(row, state=Takeout.State.FAILED)
        return None
    _finish(row, name, language)
    return None


def _pack(customer: Customer, language: str, part: Path, more: More) -> None:
    shape, files = gathering.gather(customer)
    shape |= {name: gathering.plain(rows(customer)) for name, rows in more.items()}
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("data.json", json.dumps(shape, ensure_ascii=False, indent=1))
        pack.writestr("index.html", gathering.page(shape, language))
        for name, attachment in files:
            source = Path(settings.MEDIA_ROOT) / attachment.path
            if source.is_file():
                pack.write(source, name, zipfile.ZIP_STORED)


@action
def _finish(row: Takeout, name: str, language: str) -> None:
    now, size = clock(), (folder() / name).stat().st_size
    due.settle(row, state=Takeout.State.READY, path=name, size=size, ready_at=now, expires_at=now + LIVES)
    record("customer.data_ready", at=now, topics=[f"customer:{row.customer_id}"], customer=row.customer_id)
    if to := mail_address(row.customer):
        with translation.override(language):
            letters.write(
                to, kind="my_data", subject=_("Your data is ready"), language=language, now=now,
                lines=[
                    _("The file with your data lies in your profile for three days. Sign in to fetch it:"),
                    settings.BASE_URL + reverse("portal_profile") + "#my-data",
                ],
            )  # fmt: skip


def forget_old(now: datetime) -> None:
    """Chore: files end with their days."""
    for row in Takeout.objects.filter(expires_at__lte=now).exclude(state=Takeout.State.GONE)[:200]:
        if row.path:
            (folder() / row.path).unlink(missing_ok=True)
        Takeout.objects.filter(pk=row.pk).update(state=Takeout.State.GONE, path="", due_at=None)


def job(more: More) -> due.Job:
    """The work on these rows, with what the rooms above know; `pelekan.work` puts it together."""
    return due.Job(Takeout, functools.partial(make, more=more), lease=timedelta(minutes=20), at_once=1)


JOB = job({})
