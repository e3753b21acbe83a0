"""Guided steps in the settings: the list of guides, one guide with its steps in their order, one step in three languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.people.models import Language
from pelekan.tickets.guides import keeping
from pelekan.tickets.guides import steps as lists
from pelekan.tickets.guides.models import Guide
from pelekan.tickets.models import Category
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.fields import Text, teams
from pelekan.web.admin.frame import show
from pelekan.web.reading import Reading

LANGUAGES = ("fa", "ar", "en")


class GuideForm(forms.Form):
    name = Text(lazy("Name"), longest=80, help_text=lazy("Agents see it; so does the customer."))
    team = teams(lazy("For"), required=False, empty_label=lazy("All teams"))
    category = forms.ModelChoiceField(
        Category.objects.filter(archived_at=None), label=lazy("Proposed for"), required=False, empty_label=lazy("No category"),
    )  # fmt: skip


class StepForm(forms.Form):
    title_fa = Text("فارسی", longest=lists.LONGEST_TITLE, required=False)
    text_fa = Text("", longest=lists.LONGEST_TEXT, rows=3, required=False)
    title_ar = Text("العربية", longest=lists.LONGEST_TITLE, required=False)
    text_ar = Text("", longest=lists.LONGEST_TEXT, rows=3, required=False)
    title_en = Text("English", longest=lists.LONGEST_TITLE, required=False)
    text_en = Text("", longest=lists.LONGEST_TEXT, rows=3, required=False)


class PasteForm(forms.Form):
    lines = Text(
        lazy("The list"), longest=20_000, rows=6,
        help_text=lazy("One step a line; numbers and bullets are taken off. An indented line belongs to the step above it."),
    )  # fmt: skip
    language = forms.ChoiceField(label=lazy("Language"), choices=Language.choices)
    how = forms.ChoiceField(
        label=lazy("What these lines are"),
        choices=[("new", lazy("New steps, at the end")), ("words", lazy("The words of the present steps in this language"))],
        widget=forms.RadioSelect, initial="new",
    )  # fmt: skip


@behind("share_replies")
def guides(request: HttpRequest) -> HttpResponse:
    """All guides; with `archived` those too that are put away."""
    archived = "archived" in request.GET
    rows = Guide.objects.select_related("team").order_by("name")
    if not archived:
        rows = rows.filter(archived_at=None)
    shown = [
        {
            "id": row.pk, "name": row.name, "team": row.team.name if row.team else "", "used": row.used, "total": len(row.steps),
            "archived": row.archived_at is not None, "languages": [code for code in LANGUAGES if lists.speaks(row.steps, code)],
        }
        for row in rows
    ]  # fmt: skip
    lead = _(
        "Steps that agents send to a customer in one go. He ticks them, and the agent sees how far he is."
    )
    return show(
        request, "guides", "settings_guides", _("Guided steps"), lead, guides=shown, archived=archived,
        some_archived=Guide.objects.exclude(archived_at=None).exists(),
    )  # fmt: skip


@behind("share_replies", "GET", "POST")
def new_guide(request: HttpRequest) -> HttpResponse:
    """A guide begins with its name; its steps come next."""
    form = GuideForm(request.POST or None)
    made = form.is_valid() and attempt(
        form, lambda: keeping.save(None, by=agent(request), **form.cleaned_data)
    )
    if made:
        return went(request, "settings_guide", _("The guide is there. Now its steps."), made.pk)
    return show(
        request, "form", "settings_guides", _("New guide"), form=form, back="settings_guides",
        topics=[{"title": _("Guide"), "text": "", "fields": ["name", "team", "category"]}], submit=_("Go on to the steps"),
    )  # fmt: skip


@behind("share_replies", "GET", "POST")
def guide(request: HttpRequest, pk: int) -> HttpResponse:
    """One guide: what it is called and for whom it is, and its steps in their order."""
    row = get_object_or_404(Guide, pk=pk)
    initial = {"name": row.name, "team": row.team_id, "category": row.category_id}
    form = GuideForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(form, lambda: keeping.save(row, by=agent(request), **form.cleaned_data)):
        return went(request, "settings_guide", _("Kept."), pk)
    return _page(
        request, get_object_or_404(Guide, pk=pk), form, PasteForm(initial={"language": request.LANGUAGE_CODE})
    )


def _page(request: HttpRequest, row: Guide, form: forms.Form, paste: forms.Form) -> HttpResponse:
    what = "restore" if row.archived_at else "archive"
    acts = [
        {
            "label": _("Restore") if row.archived_at else _("Archive"), "danger": not row.archived_at,
            "post": reverse("settings_guide_act", args=[row.pk, what]), "sign": "undo-2" if row.archived_at else "archive",
        }
    ]  # fmt: skip
    return show(
        request, "guide", "settings_guides", row.name, form=form, paste=paste, acts=acts, back="settings_guides", guide_id=row.pk,
        steps=_steps(request, row), missing=_missing(row), status=422 if form.errors or paste.errors else 200,
    )  # fmt: skip


def _steps(request: HttpRequest, row: Guide) -> list[dict[str, Any]]:
    here = request.LANGUAGE_CODE
    return [
        {
            "id": step["id"], "place": place, "title": step["title"].get(here) or next(iter(step["title"].values()), ""),
            "text": step["text"].get(here) or next(iter(step["text"].values()), ""),
            "languages": [code for code in LANGUAGES if step["title"].get(code)],
            "first": place == 1, "last": place == len(row.steps),
        }
        for place, step in enumerate(row.steps, 1)
    ]  # fmt: skip


def _missing(row: Guide) -> list[str]:
    """The languages in which some steps have words, and others not: customers of those get another language."""
    names = dict(Language.choices)
    begun = [code for code in LANGUAGES if any(step["title"].get(code) for step in row.steps)]
    return [str(names[code]) for code in begun if not lists.speaks(row.steps, code)]


@behind("share_replies", "POST")
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Archive or restore a guide."""
    row = get_object_or_404(Guide, pk=pk)
    if what == "archive":
        do, said = keeping.archive, _("Archived. What was sent with it goes on.")
    elif what == "restore":
        do, said = keeping.restore, _("Restored.")
    else:
        raise Http404
    return told(request, "settings_guides", lambda: do(row, by=agent(request)), said)


@behind("share_replies", "POST")
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps in the order of the ids in `order`; without scripts one step `up` or `down`."""
    row = get_object_or_404(Guide, pk=pk)
    ids = [step["id"] for step in row.steps]
    wanted = [key for key in request.POST.get("order", "").split(",") if key]
    for way, by in (("up", -1), ("down", 1)):
        one = request.POST.get(way, "")
        if one in ids and 0 <= ids.index(one) + by < len(ids):
            at = ids.index(one)
            ids[at], ids[at + by] = ids[at + by], ids[at]
            wanted = ids
    keeping.order(row, wanted, by=agent(request))
    if request.headers.get("X-Part"):
        row.refresh_from_db()
        dates = Reading(request.dates)  # type: ignore[attr-defined]
        return render(
            request,
            "settings/guide_steps.html",
            {"steps": _steps(request, row), "guide_id": pk, "dates": dates},
        )
    return went(request, "settings_guide", _("Kept."), pk)


@behind("share_replies", "POST")
def paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pasted list."""
    row = get_object_or_404(Guide, pk=pk)
    form = PasteForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: keeping.paste(
                row, given["lines"], by=agent(request), language=given["language"], translates=given["how"] == "words"
            ),
        )  # fmt: skip
        if done:
            return went(request, "settings_guide", _("The steps are taken over."), pk)
    initial = {"name": row.name, "team": row.team_id, "category": row.category_id}
    return _page(request, row, GuideForm(initial=initial), form)


@behind("share_replies", "GET", "POST")
def new_step(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, get_object_or_404(Guide, pk=pk), None)


@behind("share_replies", "GET", "POST")
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    row = get_object_or_404(Guide, pk=pk)
    if not any(one["id"] == step for one in row.steps):
        raise Http404
    return _step(request, row, step)


def _step(request: HttpRequest, row: Guide, key: str | None) -> HttpResponse:
    known: dict[str, Any] = next((one for one in row.steps if one["id"] == key), {"title": {}, "text": {}})
    initial = {
        f"{part}_{code}": known[part].get(code, "") for part in ("title", "text") for code in LANGUAGES
    }
    form = StepForm(request.POST or None, initial=initial)
    if form.is_valid():
        words = {
            part: {code: form.cleaned_data[f"{part}_{code}"] for code in LANGUAGES}
            for part in ("title", "text")
        }
        if attempt(
            form,
            lambda: keeping.save_step(row, key, by=agent(request), title=words["title"], text=words["text"]),
        ):
            if "another" in request.POST:
                return went(request, "settings_guide_step_new", _("Kept. The next step:"), row.pk)
            return went(request, "settings_guide", _("Kept."), row.pk)
    acts = []
    if key:
        acts = [
            {"label": _("Take this step out"), "post": reverse("settings_guide_step_drop", args=[row.pk, key]), "sign": "trash-2", "danger": True}
        ]  # fmt: skip
    return show(
        request, "guide_step", "settings_guides", _("One step of the guide") if key else _("Add a step"), row.name, form=form, acts=acts,
        back_url=reverse("settings_guide", args=[row.pk]), is_new=key is None,
    )  # fmt: skip


@behind("share_replies", "POST")
def drop_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    row = get_object_or_404(Guide, pk=pk)
    said = _("The step is taken out. What was sent keeps it.")
    return told(request, "settings_guide", lambda: keeping.drop_step(row, step, by=agent(request)), said, pk)
