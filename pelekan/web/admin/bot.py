"""Settings → Bot: where it answers and when, what it is called, its flows, and a panel to talk to the draft."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.knowledge.bot import linting, trial
from pelekan.knowledge.bot.answering import SURE
from pelekan.knowledge.bot.document import LANGUAGES, document_from
from pelekan.lib.text import clean_controls, latin_digits
from pelekan.lib.time import now as clock
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Inbox
from pelekan.web.admin import drafts
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.conditions import language
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show

TONGUES = [("fa", "فارسی"), ("ar", "العربية"), ("en", "English")]
KIND, HOME = "bot", "settings_bot"


def whens() -> list[tuple[str, str]]:
    return [
        ("off", _("Never")), ("closed", _("Outside opening hours")), ("nobody", _("Whenever nobody is free")),
        ("always", _("Always first")),
    ]  # fmt: skip


@behind("rules", "GET", "POST")
def page(request: HttpRequest) -> HttpResponse:
    """The inboxes with their bot; what is changed becomes the draft."""
    faults: list[str] = []
    if request.method == "POST":
        typed = {str(inbox.pk): _typed(request, inbox) for inbox in _inboxes()}
        try:
            drafts.change(
                KIND,
                agent(request),
                lambda body: body.update(inboxes={**(body.get("inboxes") or {}), **typed}),
            )
        except rulebooks.CannotKeep as refused:
            faults = [fault.text for fault in refused.faults]
        else:
            messages.success(request, _("Kept as a draft. Try it below, then put it in force."))
            return HttpResponseRedirect(reverse(HOME))
    body = drafts.body_of(KIND)
    flows = body.get("flows") or []
    return show(
        request, "bot", HOME, _("Bot"),
        _("It answers in the chat from the help centre, says that it is a bot, and hands over to people whenever somebody wishes or it does not know."),
        status=422 if faults else 200, panel=drafts.panel(KIND, Choices(language())), faults=faults, whens=whens(), usual=SURE,
        advice=[fault.text for fault in linting.advice(body)], tongues=TONGUES,
        inboxes=[_shown(inbox, (body.get("inboxes") or {}).get(str(inbox.pk)) or {}) for inbox in _inboxes()],
        flows=[{"id": one["id"], "name": linting.name_of(one), "steps": len(one.get("nodes") or {}), "words": one.get("words") or []} for one in flows],
        flow_pairs=[(one["id"], linting.name_of(one)) for one in flows],
        trial=trial.begin(), trial_json=json.dumps(trial.begin()), trial_flow="",
    )  # fmt: skip


def _inboxes() -> list[Inbox]:
    return list(Inbox.objects.filter(channel="chat", archived_at=None).order_by("pk"))


def _shown(inbox: Inbox, its: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": inbox.pk, "inbox": inbox.name, "when": its.get("when", "off"), "wished": its.get("wished", True),
        "sure": its.get("sure", SURE), "name": its.get("name") or {}, "hello": its.get("hello") or {}, "flows": its.get("flows") or [],
    }  # fmt: skip


def _typed(request: HttpRequest, inbox: Inbox) -> dict[str, Any]:
    form, pk = request.POST, inbox.pk
    sure = latin_digits(form.get(f"sure-{pk}", "").strip())
    return {
        "when": form.get(f"when-{pk}", "off"), "wished": f"wished-{pk}" in form,
        "sure": int(sure) if sure.isascii() and sure.isdigit() and len(sure) < 4 else sure,
        "name": texts_of(request, f"name-{pk}"), "hello": texts_of(request, f"hello-{pk}"), "flows": form.getlist(f"flows-{pk}"),
    }  # fmt: skip


def texts_of(request: HttpRequest, name: str) -> dict[str, str]:
    """What was typed in each language; empty ones are left out."""
    found = {one: clean_controls(request.POST.get(f"{name}-{one}", "")).strip() for one in LANGUAGES}
    return {one: text for one, text in found.items() if text}


@behind("rules", "POST")
def talk(request: HttpRequest) -> HttpResponse:
    """One line to the draft. The talk so far travels with the form; nothing is kept."""
    form = request.POST
    try:
        session = json.loads(form.get("session", ""))
        if (
            not isinstance(session, dict)
            or set(session) != set(trial.begin())
            or not isinstance(session["lines"], list)
        ):
            raise ValueError
    except ValueError:
        session = trial.begin()
    if "restart" in form:
        session = trial.begin()
    chosen = form.get("language", "")
    flow, press, text = (
        form.get("flow", ""),
        form.get("press", ""),
        clean_controls(form.get("text", "")).strip()[:1000],
    )
    press, _sep, label = press.partition("|")
    text = label or text
    inbox = _inboxes()[0] if _inboxes() else None
    if text or press:
        session = trial.go_on(
            session, document_from(drafts.body_of(KIND)), inbox, text=text or press, press=press,
            language=chosen if chosen in LANGUAGES else "fa", data=form.get("data", trial.FOUND), now=clock(),
        )  # fmt: skip
    context = {
        "trial": session,
        "trial_json": json.dumps(session, ensure_ascii=False),
        "trial_flow": flow,
        "chosen": chosen,
        "data": form.get("data", ""),
    }
    return render(request, "settings/bot_trial.html", context)
