"""Footsteps: whether and how it is counted what people look for, and what of it is kept."""

from __future__ import annotations

from dataclasses import asdict

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge.trail.habits import habits, save
from pelekan.web.admin.doors import agent, behind, went
from pelekan.web.admin.fields import Number
from pelekan.web.admin.frame import show


class FootstepsForm(forms.Form):
    on = forms.BooleanField(
        label=lazy("Count what visitors look for and read"), required=False,
        help_text=lazy("Off: no cookie, no row. What was counted stays until its time is over."),
    )  # fmt: skip
    mark_days = Number(
        label=lazy("Days a browser is known again"), min_value=1, max_value=395,
        help_text=lazy("How long the cookie with the random mark lives."),
    )  # fmt: skip
    keep_days = Number(
        label=lazy("Days that single visits, questions and readings are kept"), min_value=14, max_value=1_825,
        help_text=lazy("Afterwards they are deleted; sums of days stay. A customer's link to his visits goes with them."),
    )  # fmt: skip
    window_days = Number(
        label=lazy("Days within which a request counts against “solved”"), min_value=1, max_value=14,
        help_text=lazy("The attribution window: who asks a person within it was not helped by what he read."),
    )  # fmt: skip
    read_seconds = Number(
        label=lazy("Seconds in sight that count as read"), min_value=5, max_value=600,
        help_text=lazy("Only time in which the page was really in sight."),
    )  # fmt: skip
    hold_out = Number(
        label=lazy("Of a hundred visitors, how many see no suggestions"), min_value=0, max_value=50,
        help_text=lazy("The hold-out group, chosen at random by the mark. 0: everybody sees them. Five to ten are usual; search and help centre stay open to all."),
    )  # fmt: skip


@behind("settings", "GET", "POST")
def page(request: HttpRequest) -> HttpResponse:
    form = FootstepsForm(request.POST or None, initial=asdict(habits()))
    if form.is_valid():
        save(form.cleaned_data, by=agent(request))
        return went(request, "settings_footsteps", _("Kept. It holds within ten seconds everywhere."))
    topics = [
        {"title": _("Counting"), "text": _("Ours alone: no third party, no script from elsewhere. Who sends Do Not Track or Global Privacy Control, programs and your own team are never counted."), "fields": ["on", "mark_days", "keep_days"]},
        {"title": _("Solved without a person"), "text": _("What the share of solved visits goes by. Changes count from the days whose window is still open; older sums stand."), "fields": ["read_seconds", "window_days"]},
        {"title": _("Hold-out group"), "text": _("Whether suggestions save requests is only shown by who does not see them."), "fields": ["hold_out"]},
    ]  # fmt: skip
    return show(
        request, "footsteps", "settings_footsteps", _("Footsteps"),
        _("What people look for, whether they find it, and how long you keep it."),
        form=form, topics=topics, acts=[], stored=stored(), insights=reverse("insights"),
    )  # fmt: skip


def stored() -> list[str]:
    """In plain words, for this page and for the one that tells visitors."""
    return [
        _("A cookie with a random mark, set by this site alone; of the mark only a fingerprint is kept."),
        _("What was typed into search fields, after e-mail addresses, links, numbers of five digits and more, and the name of who is signed in were taken out."),
        _("Which articles were opened, for how many seconds they were in sight, and whether somebody said that they helped."),
        _("Who signs in: which customer it was, his organization, plan and groups, until these rows are deleted or he has his data erased."),
        _("Never: network addresses, kinds of device or browser, places, or anything from other sites."),
    ]  # fmt: skip
