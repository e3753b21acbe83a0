"""Settings → Bot → Language model: where it is, what it may cost, and whether it answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.knowledge.bot import model
from pelekan.knowledge.bot.answering import Passage
from pelekan.knowledge.bot.claims import supported
from pelekan.knowledge.bot.models import Spent
from pelekan.lib.text import isolate, latin_digits, one_line
from pelekan.lib.time import now as clock
from pelekan.web.admin.doors import agent, behind
from pelekan.web.admin.frame import show

LIMITS = {"seconds": (1, 20), "most_requests": (0, 10_000_000), "most_tokens": (0, 2_000_000_000)}
_TRY = Passage(
    0, 0, "en", "Opening hours", "The shop is open from 9 to 17 on working days. It is closed on Fridays."
)


@behind("settings", "GET", "POST")
def page(request: HttpRequest) -> HttpResponse:
    """What is set, and what was spent this month."""
    row = model.row()
    faults: dict[str, str] = {}
    if request.method == "POST":
        values, faults = _typed(request)
        key = request.POST.get("key", "").strip()[:400]
        kept = None if not key and "forget_key" not in request.POST else key
        if not faults:
            try:
                saved = model.save(by=agent(request), key=kept, **values)
            except model.CannotBe as refused:
                faults[refused.field] = _said(refused)
            else:
                _tell(request, saved)
                return HttpResponseRedirect(reverse("settings_bot_model"))
        for name, value in values.items():
            setattr(row, name, value)
    spent = Spent.objects.filter(month=clock().strftime("%Y-%m")).first() or Spent()
    return show(
        request, "bot_model", "settings_bot", _("Language model"), "", status=422 if faults else 200, row=row, faults=faults, spent=spent,
        back="settings_bot",
    )  # fmt: skip


def _typed(request: HttpRequest) -> tuple[dict[str, Any], dict[str, str]]:
    form = request.POST
    values: dict[str, Any] = {
        "on": "on" in form, "private": "private" in form, "base_url": form.get("base_url", "").strip()[:300],
        "name": one_line(form.get("name", ""), 120),
    }  # fmt: skip
    faults = {}
    for name, (least, most) in LIMITS.items():
        text = latin_digits(form.get(name, "").strip())
        if text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most:
            values[name] = int(text)
        else:
            faults[name] = _("Give a number from %(least)s to %(most)s.") % {"least": least, "most": most}
    return values, faults


def _said(refused: model.CannotBe) -> str:
    if refused.field == "name":
        return _("Name the model as its server calls it.")
    if str(refused).startswith("A model needs"):
        return _("Give the address of the server.")
    return _("This address can't be called: %(why)s") % {"why": isolate(str(refused))}


def _tell(request: HttpRequest, saved: model.Model) -> None:
    if "try" not in request.POST:
        messages.success(request, _("Kept."))
        return
    said = model.ask(saved, "When is the shop open?", [_TRY], "en")
    if said.fault:
        messages.error(
            request, _("Kept, but the model did not answer: %(why)s") % {"why": isolate(said.fault)}
        )
    elif supported(said.text, [_TRY.quote]):
        messages.success(request, _("Kept. The model answered: %(text)s") % {"text": isolate(said.text)})
    else:
        messages.error(
            request,
            _(
                "Kept. The model answered, but with more than the passage says, so this would not be shown: %(text)s"
            )
            % {"text": isolate(one_line(said.text, 300))},
        )
