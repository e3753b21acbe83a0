"""Categories, tags and saved replies."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.people.models import Desk, Language
from pelekan.tickets import shaping
from pelekan.tickets.models import Category, SavedReply, Tag
from pelekan.tickets.shaping.sorting import LEVELS
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.forms import CategoryForm, MergeForm, NameForm, ReplyForm
from pelekan.web.admin.frame import show


@behind("settings")
def categories(request: HttpRequest) -> HttpResponse:
    return _categories(request)


def _categories(request: HttpRequest, form: NameForm | None = None, under: int | None = None) -> HttpResponse:
    """The tree. `form` is one that failed, below the category `under`."""
    archived = "archived" in request.GET
    rows = Category.objects.select_related("team").annotate(uses=Count("ticket")).order_by("name")
    if not archived:
        rows = rows.filter(archived_at=None)
    below: dict[int | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return show(
        request, "categories", "settings_categories", _("Categories"),
        _("What a ticket is about, in at most three levels. Words propose a category, a category proposes team, impact and urgency."),
        tree=[_branch(row, below) for row in below.get(None, [])], failed=form, under=under, archived=archived,
        required=Desk.objects.filter(pk=1, category_required=True).exists(), status=422 if form else 200,
    )  # fmt: skip


def _branch(row: Category, below: dict[int | None, list[Category]]) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "level": row.level, "words": row.words, "uses": row.uses,  # type: ignore[attr-defined]
        "team": row.team.name if row.team else "", "archived": row.archived_at is not None,
        "deepest": row.level >= LEVELS, "children": [_branch(child, below) for child in below.get(row.pk, [])],
    }  # fmt: skip


@behind("settings", "POST")
def require_category(request: HttpRequest) -> HttpResponse:
    """Whether tickets need a category before they are solved or closed."""
    required = request.POST.get("required") == "yes"
    said = (
        _("From now on a ticket needs a category before it is solved or closed.")
        if required
        else _("Tickets may be solved and closed without a category.")
    )
    return told(
        request, "settings_categories", lambda: shaping.require_category(required, by=agent(request)), said
    )


@behind("settings", "POST")
def new_category(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST)
    under = request.POST.get("parent", "")
    parent = get_object_or_404(Category, pk=int(under)) if under.isascii() and under.isdigit() else None
    if form.is_valid() and attempt(
        form,
        lambda: shaping.save_category(None, by=agent(request), parent=parent, name=form.cleaned_data["name"]),
    ):
        return went(request, "settings_categories", _("The category is there."))
    return _categories(request, form, parent.pk if parent else None)


@behind("settings", "GET", "POST")
def category(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Category.objects.select_related("parent"), pk=pk)
    names = ["name", "words", "impact", "urgency", "kind", "skill_level"]
    initial = {name: getattr(row, name) for name in names} | {"team": row.team_id, "skill": row.skill_id}
    initial |= {f"name_{code}": name for code, name in row.names.items()}
    form = CategoryForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: shaping.save_category(row, by=agent(request), **form.kept())
    ):
        return went(request, "settings_categories", _("Kept."))
    topics = [
        {
            "title": _("Category"),
            "text": _("Below “%(name)s”") % {"name": isolate(row.parent.name)} if row.parent else "",
            "fields": ["name", "words"],
        },
        {
            "title": _("For customers"),
            "text": _("How forms and the portal call it. What stays empty is said by the name above."),
            "fields": [f"name_{code}" for code in Language.values],
        },
        {
            "title": _("Proposed with it"),
            "text": _("Agents may choose otherwise."),
            "fields": ["team", "impact", "urgency"],
        },
        {
            "title": _("What it asks for"),
            "text": _("Each kind of request asks for other manners; some need someone who can do it."),
            "fields": ["kind", "skill", "skill_level"],
        },
    ]
    acts: list[dict[str, Any]]
    if row.archived_at:
        acts = [
            {"label": _("Restore"), "post": reverse("settings_category_restore", args=[pk]), "sign": "undo-2"}
        ]
    else:
        acts = [
            {
                "label": _("Archive"),
                "post": reverse("settings_category_archive", args=[pk]),
                "sign": "archive",
                "danger": True,
            }
        ]
    return show(
        request,
        "form",
        "settings_categories",
        row.name,
        form=form,
        topics=topics,
        acts=acts,
        back="settings_categories",
    )


@behind("settings", "POST")
def archive_category(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Category, pk=pk)
    done = _("Archived, with what is below it. Tickets keep it.")
    return told(
        request, "settings_categories", lambda: shaping.archive_category(row, by=agent(request)), done
    )


@behind("settings", "POST")
def restore_category(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Category, pk=pk)
    return told(
        request,
        "settings_categories",
        lambda: shaping.restore_category(row, by=agent(request)),
        _("Restored."),
    )


# Tags


@behind("settings", "GET", "POST")
def tags(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: shaping.save_tag(form.cleaned_data["name"], by=agent(request))
    ):
        return went(request, "settings_tags", _("The tag is there."))
    rows = [
        {"id": tag.pk, "name": tag.name, "uses": tag.uses}
        for tag in Tag.objects.annotate(uses=Count("tickets"))
    ]
    lead = _(
        "Short marks for finding tickets again. Agents add them as they work; here they are put in order."
    )
    return show(request, "tags", "settings_tags", _("Tags"), lead, tags=rows, form=form)


@behind("settings", "GET", "POST")
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Tag, pk=pk)
    merging = "into" in request.POST
    form = NameForm(
        request.POST if request.method == "POST" and not merging else None, initial={"name": row.name}
    )
    merge = MergeForm(request.POST if merging else None, tag=row)
    renaming = form.is_bound and form.is_valid()
    if renaming and attempt(
        form, lambda: shaping.rename_tag(row, form.cleaned_data["name"], by=agent(request))
    ):
        return went(request, "settings_tags", _("Renamed on all its tickets."))
    if merge.is_bound and merge.is_valid():
        into = merge.cleaned_data["into"]
        if attempt(merge, lambda: (shaping.merge_tags(row, into, by=agent(request)),)):
            return went(request, "settings_tags", _("Merged into “%(name)s”.") % {"name": isolate(into.name)})
    uses = row.tickets.count()
    name = Tag.objects.values_list("name", flat=True).get(pk=pk)
    return show(
        request, "tag", "settings_tags", name, form=form, merge=merge, uses=uses, pk=pk, back="settings_tags",
        others=Tag.objects.exclude(pk=pk).exists(), status=422 if form.errors or merge.errors else 200,
    )  # fmt: skip


@behind("settings", "POST")
def delete_tag(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Tag, pk=pk)
    return told(
        request,
        "settings_tags",
        lambda: shaping.delete_tag(row, by=agent(request)),
        _("The tag is gone from all its tickets."),
    )


# Saved replies


@behind("share_replies")
def replies(request: HttpRequest) -> HttpResponse:
    rows = [
        {
            "id": reply.pk, "name": reply.name, "shortcut": reply.shortcut, "used": reply.used,
            "team": reply.team.name if reply.team else "", "languages": [code for code in Language.values if reply.bodies.get(code)],
            "text": reply.bodies.get(request.LANGUAGE_CODE) or next(iter(reply.bodies.values()), ""),
        }
        for reply in SavedReply.objects.select_related("team")
    ]  # fmt: skip
    lead = _("Agents type / and the shortcut; the text comes in the customer's language.")
    return show(request, "replies", "settings_replies", _("Saved replies"), lead, replies=rows)


@behind("share_replies", "GET", "POST")
def new_reply(request: HttpRequest) -> HttpResponse:
    return _reply(request, None)


@behind("share_replies", "GET", "POST")
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    return _reply(request, get_object_or_404(SavedReply, pk=pk))


def _reply(request: HttpRequest, row: SavedReply | None) -> HttpResponse:
    initial: dict[str, Any] = {}
    if row:
        initial = {"name": row.name, "shortcut": row.shortcut, "team": row.team_id}
        initial |= {f"body_{code}": row.bodies.get(code, "") for code in Language.values}
    form = ReplyForm(request.POST or None, initial=initial)
    if form.is_valid():
        values = form.cleaned_data
        bodies = {code: values[f"body_{code}"] for code in Language.values}
        base = {name: values[name] for name in ("name", "shortcut", "team")}
        if attempt(form, lambda: shaping.save_reply(row, by=agent(request), bodies=bodies, **base)):
            return went(request, "settings_replies", _("Kept."))
    acts = []
    if row:
        acts = [
            {
                "label": _("Delete"),
                "post": reverse("settings_reply_delete", args=[row.pk]),
                "sign": "trash-2",
                "danger": True,
            }
        ]
    heading = row.name if row else _("New reply")
    return show(request, "reply", "settings_replies", heading, form=form, acts=acts, back="settings_replies")


@behind("share_replies", "POST")
def delete_reply(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SavedReply, pk=pk)
    return told(
        request,
        "settings_replies",
        lambda: shaping.delete_reply(row, by=agent(request)),
        _("The reply is gone."),
    )
