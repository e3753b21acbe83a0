"""How people reach you: what the help centre shows beside the inboxes."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.lib.phones import show_phone
from pelekan.people.desk import sign
from pelekan.sla.calendars import all_of_them
from pelekan.tickets import shaping
from pelekan.web.admin.doors import agent, attempt, behind, went
from pelekan.web.admin.fields import Text, choice
from pelekan.web.admin.frame import show


class ReachForm(forms.Form):
    phone = Text(
        lazy("Phone number"), longest=40, ltr=True, required=False,
        help_text=lazy("With its country, such as +98 21 8765 4321. Empty: none is shown."),
    )  # fmt: skip
    hours = choice(
        lazy("When somebody answers there"), [], required=False,
        help_text=lazy("A calendar of your business hours; its holidays hold for the phone as well."),
    )  # fmt: skip
    links = Text(
        lazy("Channels elsewhere, one in each line"), longest=4_000, rows=4, ltr=True, required=False,
        help_text=lazy("An address that begins with https://, with or without a name before it: “Our channel https://t.me/chakad”. Well-known services are named by themselves in the reader's language."),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        calendars = [(str(one.id), one.name) for one in all_of_them()]
        self.fields["hours"].choices = [("", _("The default business hours")), *calendars]  # type: ignore[attr-defined]


@behind("settings", "GET", "POST")
def page(request: HttpRequest) -> HttpResponse:
    """The phone with its hours, and channels elsewhere."""
    known = sign().reach
    initial = {
        "phone": show_phone(known.phone) if known.phone else "", "hours": str(known.hours_id or ""),
        "links": "\n".join(" ".join(part for part in link if part) for link in known.links),
    }  # fmt: skip
    form = ReachForm(request.POST or None, initial=initial)
    if form.is_valid():
        values = {**form.cleaned_data, "hours": int(form.cleaned_data["hours"] or 0) or None}
        if attempt(form, lambda: shaping.save_reach(by=agent(request), **values)):
            return went(request, "settings_reach", _("Kept. The help centre shows it within a minute."))
    topics = [
        {"title": _("Phone"), "text": _("It stands in the help centre with its hours: who calls in vain is angry twice."), "fields": ["phone", "hours"]},
        {"title": _("Elsewhere"), "text": _("Messengers and social networks on which you answer."), "fields": ["links"]},
    ]  # fmt: skip
    acts = [
        {"label": _("See it in the help centre"), "href": reverse("help_contact", args=[request.LANGUAGE_CODE]), "sign": "eye"},
        {"label": _("Business hours"), "href": reverse("settings_all_hours"), "sign": "clock"},
        {"label": _("Departments: teams that customers may choose"), "href": reverse("settings_teams"), "sign": "users"},
    ]  # fmt: skip
    lead = _(
        "Inboxes, departments and their hours are shown by themselves; here is what the desk can't know."
    )
    return show(
        request, "form", "settings_reach", _("How to reach you"), lead, form=form, topics=topics, acts=acts
    )
