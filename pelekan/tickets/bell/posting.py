"""What of the bell goes by mail: one letter for all that waits, and the digest. Each in one transaction with its mark,
so that a letter is written once, whenever the process dies."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.text import isolate, local_digits
from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.people import letters
from pelekan.people.models import CALENDAR_OF, Agent
from pelekan.tickets.bell import inviting, reading, rules
from pelekan.tickets.bell.ring import zone_of
from pelekan.tickets.bell.sentences import NAMES
from pelekan.tickets.events import action
from pelekan.tickets.models import Bell, BellChoice, Notice, NoticeState, Ticket

KEPT = timedelta(days=90)
"""How long a line of the bell, and what became of a notice, is kept."""

PIECE = 1_000


def post(choice: BellChoice) -> datetime | None:
    """Write the letter of a leased row."""
    _post(choice)
    fp("bell.posted")
    return None


@action
def _post(choice: BellChoice, now: datetime | None = None) -> None:
    now = now or clock()
    due.settle(copy.copy(choice), None, tries=0)
    agent = Agent.objects.select_related("user").get(pk=choice.agent_id)
    marked = list(Bell.objects.filter(agent=agent, mail=True).values_list("pk", flat=True))
    waiting = Bell.objects.filter(pk__in=marked, read_at=None)
    if agent.disabled_at is None and agent.user.is_active and waiting.exists():
        with translation.override(agent.user.language):
            found, more = reading.of(agent, waiting.order_by("-at", "-id")[: reading.WINDOW + 1])
            for one in inviting.sorted_out(agent, found, now):
                letters.write(
                    agent.user.email,
                    kind="bell",
                    subject=_subject(one, agent.user.language, more=bool(more)),
                    lines=[*map(_said, one.lines), *one.words, _why()],
                    language=agent.user.language,
                    now=now,
                    expires_at=now + timedelta(days=1),
                    mail_id=one.mail_id,
                    reply_to=one.reply_to,
                )
    Bell.objects.filter(pk__in=marked).update(mail=False)
    fp("bell.written")


JOB = due.Job(BellChoice, post, lease=timedelta(minutes=2), at_once=5)


def _subject(one: inviting.Post, language: str, *, more: bool) -> str:
    first = one.lines[0]
    if one.reply_to:  # the answer comes back with it
        return _headline(first)
    if len(one.lines) == 1:
        return first.text
    count = local_digits(str(len(one.lines)) + ("+" if more else ""), language)
    return ngettext("%(count)s message for you", "%(count)s messages for you", len(one.lines)) % {
        "count": count
    }


def _said(line: reading.Line) -> str:
    """One paragraph: what happened, to which ticket, where it is."""
    return f"{_headline(line)}\n{settings.BASE_URL}{address(line)}"


def _headline(line: reading.Line) -> str:
    if not line.label:
        return line.text
    number = f" #{line.data['number']}" if line.data["number"] else ""
    return f"{line.text}:{number} {isolate(line.label)}"


def address(line: reading.Line) -> str:
    """Where a line leads."""
    if line.ticket is not None:
        return reverse("desk_ticket", args=[line.ticket])
    if line.data.get("gateway_of"):
        return reverse("settings_gateway", args=[line.data["gateway_of"]])
    if line.data.get("webhook"):
        return reverse("settings_webhook", args=[line.data["webhook"]])
    if line.kind == rules.Ring.ARTICLE and line.data.get("language"):
        return reverse("knowledge_edit", args=[line.data["article"], line.data["language"]])
    if line.kind == rules.Ring.ARTICLE:
        return reverse("knowledge_article", args=[line.data["article"]])
    if line.kind == rules.Ring.REFUSED:
        kind = line.data.get("rules")
        return reverse("settings_rules" if kind == "routing" else f"settings_{kind}")
    if line.kind == rules.Ring.REMARK:
        return reverse("desk_remarks")
    if line.kind == rules.Ring.FAULT:
        return reverse("settings_mail")
    if line.kind == rules.Ring.ERASURE:
        return reverse("erasures")
    if line.kind == rules.Ring.COMMUNITY:
        return reverse("desk_community")
    return reverse("desk_bell")


def _why() -> str:
    return _("You chose in your settings to be told by mail: %(link)s") % {
        "link": settings.BASE_URL + reverse("desk_bell_choice")
    }


# Digest


def send_digests(now: datetime) -> None:
    """Write the digests that are due."""
    for choice in BellChoice.objects.filter(digest_at__lte=now).order_by("digest_at")[:200]:
        _digest(choice, now)


@action
def _digest(choice: BellChoice, now: datetime) -> None:
    agent = Agent.objects.select_related("user").get(pk=choice.agent_id)
    user, zone = agent.user, zone_named(zone_of(agent.user))
    quiet = rules.quiet_until(now, rules.quiet_from(choice.quiet), zone)
    first = rules.first_day_of_week(user.calendar or CALENDAR_OF[user.language])
    values = (
        {"digest_at": quiet}
        if quiet
        else {"digest_at": rules.next_digest(now, choice.digest, zone, first), "digest_since": now}
    )
    mine = BellChoice.objects.filter(pk=choice.pk, digest_at=choice.digest_at).update(**values)
    if not mine or quiet or agent.disabled_at is not None or not user.is_active:
        return
    with translation.override(user.language):
        lines = _summary(agent, choice.digest_since or now - timedelta(days=1))
        if not lines:
            return
        subject = _("Your day at the desk") if choice.digest == "daily" else _("Your week at the desk")
        letters.write(
            user.email,
            kind="digest",
            subject=subject,
            lines=[*lines, _why()],
            language=user.language,
            now=now,
            expires_at=now + timedelta(days=1),
        )
    fp("digest.written")


def _summary(agent: Agent, since: datetime) -> list[str]:
    """What happened since, by kind; what he has not read; how many tickets wait for him. [] when there is nothing."""
    language = agent.user.language
    rows = Bell.objects.filter(agent=agent, at__gt=since)
    kinds = rules.counted(list(rows.values_list("kind", flat=True)[:5_000]))
    unread, _more = reading.of(agent, rows.filter(read_at=None).order_by("-at", "-id")[:20])
    waiting = Ticket.objects.open().filter(assignee=agent, waiting_since__isnull=False).count()
    if not kinds and not waiting:
        return []
    lines = []
    if kinds:
        lines.append(
            "\n".join(
                f"{NAMES[rules.Ring(kind)]}: {local_digits(str(count), language)}"
                for kind, count in kinds.items()
            )
        )
    if waiting:
        number = local_digits(str(waiting), language)
        lines.append(
            ngettext(
                "%(number)s customer waits for you.", "%(number)s customers wait for you.", waiting
            ) % {"number": number}
        )  # fmt: skip
    return [*lines, *map(_said, unread)]


# Forgetting


def forget_old(now: datetime) -> None:
    """Delete lines of the bell, and notices that are over, in pieces."""
    over = Notice.objects.exclude(state=NoticeState.WAITING)
    for rows in (Bell.objects.filter(at__lt=now - KEPT), over.filter(first_at__lt=now - KEPT)):
        while pieces := list(rows.values_list("pk", flat=True)[:PIECE]):
            rows.model._default_manager.filter(pk__in=pieces).delete()
            if len(pieces) < PIECE:
                break
