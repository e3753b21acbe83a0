"""What one button does: review, publish, schedule, withdraw, archive, look again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.knowledge import actions, keeping, reviewing
from pelekan.knowledge.models import Translation, Version
from pelekan.lib.text import latin_digits, whole
from pelekan.people.models import Agent
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, behind
from pelekan.web.knowledge.frame import article_of, language_in
from pelekan.web.reading import Reading
from pelekan.web.workspace.until import NotADate, moment_of

AGAIN = {"quarter": timedelta(days=91), "half": timedelta(days=182), "year": timedelta(days=365)}


def _row(request: HttpRequest, pk: int, language: str) -> Translation:
    article = article_of(request, pk)
    row = (
        Translation.objects.select_related("newest")
        .filter(article=article, language=language_in(language))
        .first()
    )
    if row is None:
        raise Http404
    return row


@behind("work", "POST")
def act(request: HttpRequest, pk: int, language: str, what: str) -> HttpResponse:
    """One step on the way out of one language, or back."""
    row, by = _row(request, pk, language), agent(request)
    try:
        said = _do(request, row, what, by)
    except PermissionError:
        raise PermissionDenied from None
    except (CannotBe, NotADate) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(reverse("knowledge_edit", args=[pk, language]))


def _do(request: HttpRequest, row: Translation, what: str, by: Agent) -> str:
    remark = request.POST.get("remark", "")
    if what == "ask":
        reviewing.ask(row, by=by, reviewer=_reviewer(request), remark=remark)
        return _("Asked. Those who were asked have it in their bell.")
    if what == "send-back":
        reviewing.send_back(row, by=by, remark=remark)
        return _("Sent back. The writer has it in the bell.")
    if what == "publish":
        actions.publish(row, by=by)
        return _("Published. Readers see it now.")
    if what == "schedule":
        at = _moment(request)
        reviewing.schedule(row, at, by=by)
        words = {"time": Reading(request.dates).full(at)}  # type: ignore[attr-defined]
        return _("Scheduled: it comes out on %(time)s.") % words
    if what == "unschedule":
        reviewing.unschedule(row, by=by)
        return _("No longer scheduled. It stays a draft.")
    if what == "withdraw":
        reviewing.withdraw(row, by=by)
        return _("Withdrawn. Nobody reads it any more; the text stays here as a draft.")
    raise Http404


def _reviewer(request: HttpRequest) -> Agent | None:
    pk = whole(request.POST.get("reviewer"))
    return Agent.objects.filter(pk=pk).first() if pk else None


def _moment(request: HttpRequest) -> datetime:
    """A preset, or a day with a time; the day in the writer's own calendar."""
    dates = request.dates  # type: ignore[attr-defined]
    at = moment_of(request.POST, dates)
    if at is None:
        raise NotADate(_("Say when it comes out."))
    typed = latin_digits(request.POST.get("time", "")).strip()
    if request.POST.get("until") == "date" and typed:
        try:
            clocked = time.fromisoformat(typed if len(typed) > 4 else f"0{typed}")
        except ValueError:
            raise NotADate(_("Write the time like %(example)s.") % {"example": "14:30"}) from None
        local = dates.local(at)
        at = datetime.combine(local.date(), clocked, local.tzinfo).astimezone(UTC)
    return at


@behind("work", "POST")
def put(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Archive an article, bring it back, or say that it is still true."""
    article, by = article_of(request, pk), agent(request)
    done: dict[str, tuple[Any, str]] = {
        "archive": (
            lambda: keeping.archive(article, by=by),
            _("Archived. Nobody finds it any more; you can bring it back."),
        ),
        "restore": (lambda: keeping.bring_back(article, by=by), _("It is back.")),
        "looked": (
            lambda: keeping.looked_at(article, by=by, again_in=AGAIN.get(request.POST.get("again", ""))),
            _("Noted: it is still true."),
        ),
    }
    if what not in done:
        raise Http404
    do, said = done[what]
    try:
        do()
    except PermissionError:
        raise PermissionDenied from None
    messages.success(request, said)
    return HttpResponseRedirect(reverse("knowledge_about", args=[pk]))


@behind("work", "POST")
def go_back(request: HttpRequest, pk: int, language: str, number: int) -> HttpResponse:
    """An earlier version becomes the newest draft."""
    row = _row(request, pk, language)
    version = Version.objects.filter(translation=row, number=number).first()
    if version is None:
        raise Http404
    keeping.go_back_to(version, by=agent(request))
    messages.success(request, _("The words of that version are a new draft now. Nothing was lost."))
    return HttpResponseRedirect(reverse("knowledge_edit", args=[pk, language]))


def again_choices() -> list[tuple[str, str]]:
    return [
        ("quarter", _("In three months")), ("half", _("In six months")), ("year", _("In a year")), ("", _("Not again")),
    ]  # fmt: skip
