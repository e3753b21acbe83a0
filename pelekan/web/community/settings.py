"""Settings of the community: its spaces, and when somebody looks before a post stands in the open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge.community import keeping
from pelekan.knowledge.community.models import Readers, Space, Writers
from pelekan.people.models import CustomerGroup, Language
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.fields import Number, Text, choice
from pelekan.web.admin.frame import show


class RulesForm(forms.Form):
    trust_after = Number(label=lazy("Posts that somebody looks at first"), min_value=0, max_value=100)
    edit_minutes = Number(
        label=lazy("Minutes in which an author may change a post"), min_value=0, max_value=10_000
    )
    unanswered_hours = Number(
        label=lazy("Hours without an answer until the managers are told"), min_value=0, max_value=1_000
    )
    most_links = Number(
        label=lazy("Links in a post of somebody trusted that nobody looks at"), min_value=0, max_value=100
    )
    hide_after = Number(
        label=lazy("Readers who report a post until it is taken out for a look"), min_value=0, max_value=100
    )
    usual_posts = Number(
        label=lazy("Posts of one person in ten minutes; more are looked at"), min_value=1, max_value=1_000
    )
    most_posts = Number(
        label=lazy("Posts of one person in ten minutes; more are not taken"), min_value=1, max_value=1_000
    )
    network_posts = Number(
        label=lazy("Posts from one network in an hour; more are not taken"), min_value=1, max_value=30_000
    )
    words = Text(lazy("Filtered words, one in each line"), longest=20_000, rows=5, required=False)


_NUMBERS = (
    "trust_after", "edit_minutes", "unanswered_hours", "most_links", "usual_posts", "most_posts", "network_posts", "hide_after",
)  # fmt: skip


class SpaceForm(forms.Form):
    read = choice(lazy("Who reads here"), Readers.choices, widget=forms.RadioSelect)
    groups = forms.ModelMultipleChoiceField(
        CustomerGroup.objects.filter(archived_at=None), label=lazy("The groups"), required=False, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip
    write = choice(lazy("Who writes here"), Writers.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in Language.choices:
            self.fields[f"name_{code}"] = Text(
                _("Name (%(language)s)") % {"language": name}, longest=80, required=False
            )
            self.fields[f"text_{code}"] = Text(
                _("What it is about (%(language)s)") % {"language": name}, longest=250, required=False
            )


@behind("settings", "GET", "POST")
def community(request: HttpRequest) -> HttpResponse:
    """The spaces, and the rules of moderation."""
    kept = keeping.rules()
    initial = {name: getattr(kept, name) for name in _NUMBERS}
    form = RulesForm(request.POST or None, initial={**initial, "words": "\n".join(kept.words)})
    if form.is_valid():
        values = {**form.cleaned_data, "words": form.cleaned_data["words"].splitlines()}
        if attempt(form, lambda: keeping.keep_rules(by=agent(request), **values)):
            return went(request, "settings_community", _("Kept."))
    language = request.LANGUAGE_CODE
    spaces = [
        {
            "id": one.pk, "name": one.named(language), "text": one.described(language), "archived": one.archived_at is not None,
            "read": Readers(one.read).label, "write": Writers(one.write).label, "number": one.topics.count(),
        }
        for one in Space.objects.all()
    ]  # fmt: skip
    lead = _("Customers ask and answer each other here, with the team beside them.")
    topics = [
        {"title": _("Trust"), "text": _("What newcomers write is looked at until this many of their posts were approved. 0: nobody looks; links and filtered words still wait."), "fields": ["trust_after", "words"]},
        {"title": _("Spam"), "text": _("Of a newcomer every link is looked at. What is not taken is not lost: it can be sent again later. 0 reports: nothing is taken out."), "fields": ["most_links", "usual_posts", "most_posts", "network_posts", "hide_after"]},
        {"title": _("Times"), "text": _("0 hours: nobody is told of questions without an answer."), "fields": ["edit_minutes", "unanswered_hours"]},
    ]  # fmt: skip
    return show(
        request,
        "community",
        "settings_community",
        _("Community"),
        lead,
        form=form,
        topics=topics,
        spaces=spaces,
    )


@behind("settings", "GET", "POST")
def new_space(request: HttpRequest) -> HttpResponse:
    return _space(request, None)


@behind("settings", "GET", "POST")
def space(request: HttpRequest, pk: int) -> HttpResponse:
    return _space(request, get_object_or_404(Space, pk=pk))


def _space(request: HttpRequest, row: Space | None) -> HttpResponse:
    initial: dict[str, Any] = {"read": Readers.EVERYONE, "write": Writers.CUSTOMERS}
    if row is not None:
        initial = {"read": row.read, "write": row.write, "groups": row.groups.all()}
        for code in Language.values:
            initial |= {
                f"name_{code}": row.names.get(code, ""),
                f"text_{code}": row.descriptions.get(code, ""),
            }
    form = SpaceForm(request.POST or None, initial=initial)
    if form.is_valid():
        known = form.cleaned_data
        values = {
            "names": {code: known[f"name_{code}"] for code in Language.values},
            "descriptions": {code: known[f"text_{code}"] for code in Language.values},
            "read": known["read"], "write": known["write"], "groups": known["groups"],
        }  # fmt: skip
        if attempt(form, lambda: keeping.save_space(row, by=agent(request), **values)):
            return went(request, "settings_community", _("Kept.") if row else _("The space is there."))
    topics = [
        {"title": name, "text": "", "fields": [f"name_{code}", f"text_{code}"]}
        for code, name in Language.choices
    ]
    topics += [
        {"title": _("Reading"), "text": _("What not everybody reads is found by nobody else: no list, search, feed or mail."), "fields": ["read", "groups"]},
        {"title": _("Writing"), "text": "", "fields": ["write"]},
    ]  # fmt: skip
    acts = []
    if row is not None:
        name, label, sign = ("settings_space_archive", _("Archive"), "archive") if row.archived_at is None else ("settings_space_restore", _("Restore"), "rotate-ccw")  # fmt: skip
        acts = [
            {
                "label": label,
                "post": reverse(name, args=[row.pk]),
                "sign": sign,
                "danger": row.archived_at is None,
            }
        ]
    return show(
        request, "form", "settings_community", row.named(request.LANGUAGE_CODE) if row else _("New space"), form=form, topics=topics,
        acts=acts, back="settings_community",
    )  # fmt: skip


@behind("settings", "POST")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Space, pk=pk)
    return told(
        request,
        "settings_community",
        lambda: keeping.archive_space(row, by=agent(request)),
        _("Archived. Nobody reads it now; nothing is lost."),
    )


@behind("settings", "POST")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Space, pk=pk)
    return told(
        request, "settings_community", lambda: keeping.restore_space(row, by=agent(request)), _("It is back.")
    )
