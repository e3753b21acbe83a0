"""The editor: one language of one article, with what was typed and not saved, and with what others did meanwhile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from pelekan.knowledge import actions, keeping, outlines, readers, reviewing, rights
from pelekan.knowledge.bodies import clean
from pelekan.knowledge.comparing import compare, shortened
from pelekan.knowledge.models import (
    Article,
    ArticleKind,
    DraftState,
    Picture,
    Section,
    Translation,
    Unsaved,
    Version,
    Visibility,
)
from pelekan.lib.text import whole
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Language, Tier
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, attempt, behind, went
from pelekan.web.admin.fields import Text
from pelekan.web.knowledge import editing
from pelekan.web.knowledge.frame import (
    ICONS,
    LANGUAGES,
    NAMES,
    article_of,
    language_in,
    name_of,
    outdated,
    show,
    state_of,
    translations_of,
    who_reads,
)
from pelekan.web.knowledge.listing import in_order
from pelekan.web.knowledge.tree_words import said
from pelekan.web.reading import Reading
from pelekan.web.workspace.until import presets


class NewForm(forms.Form):
    title = Text(
        pgettext_lazy("article", "Title"),
        longest=250,
        help_text=lazy("As a reader would ask: “How do I renew my membership?”"),
    )
    kind = forms.ChoiceField(
        label=lazy("Kind"), choices=ArticleKind.choices, initial=ArticleKind.TEXT, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=lazy("Written in"), choices=Language.choices)
    section = forms.ModelChoiceField(Section.objects.none(), label=lazy("Section"))
    visibility = forms.ChoiceField(
        label=lazy("Who reads it"), initial=Visibility.PUBLIC,
        choices=[one for one in Visibility.choices if one[0] not in (Visibility.GROUPS, Visibility.TIER)],
    )  # fmt: skip

    def __init__(self, *args: Any, here: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Section.objects.filter(archived_at=None)
        field = self.fields["section"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        field.choices = [
            (one.pk, ("– " if one.parent_id else "") + one.named(here)) for one in in_order(rows)
        ]


@behind("work", "GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new article begins with its title, kind, language and shelf; then the editor opens."""
    form = NewForm(
        request.POST or None, initial={"language": request.LANGUAGE_CODE}, here=request.LANGUAGE_CODE
    )
    if form.is_valid():
        given = dict(form.cleaned_data)
        made = attempt(
            form,
            lambda: actions.begin(given.pop("section"), by=agent(request), owner=agent(request), **given),
        )
        if made:
            return HttpResponseRedirect(reverse("knowledge_edit", args=[made.article_id, made.language]))
    lead = _("It stays a draft until it is published.")
    sections = Section.objects.filter(archived_at=None).exists()
    return show(
        request,
        "new",
        _("New article"),
        lead,
        form=form,
        sections=sections,
        may_publish=rights.may_publish(agent(request)),
    )


@behind("work")
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """An article by its number: its original."""
    row = article_of(request, pk)
    return HttpResponseRedirect(reverse("knowledge_edit", args=[row.pk, row.language]))


@behind("work", "GET", "POST")
def edit(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The editor; POST saves a new version, and goes on to review or publication where that was asked for."""
    row, code = article_of(request, pk), language_in(language)
    if request.method == "POST":
        _his_own(request)
        return _save(request, row, code)
    rows = translations_of(row)
    mine = rows.get(code)
    newest = mine.newest if mine else None
    values, base = editing.values_of(newest, row, request.dates), newest.number if newest else 0  # type: ignore[attr-defined]
    unsaved = Unsaved.objects.filter(agent=agent(request), article=row, language=code).first()
    if unsaved is not None:
        values, base = {**values, **unsaved.values}, unsaved.base
    elif newest is None and "copy" in request.GET:
        values = _copied(rows, row, request)
    newer = newest if unsaved is not None and newest is not None and newest.number != unsaved.base else None
    return page(request, row, code, rows, values, base, unsaved=unsaved, newer=newer)


def _his_own(request: HttpRequest) -> None:
    """What somebody wrote is not kept as somebody else's who signed in meanwhile in the same browser."""
    if request.POST.get("writer", str(agent(request).pk)) != str(agent(request).pk):
        raise PermissionDenied


def _copied(rows: dict[str, Translation], row: Article, request: HttpRequest) -> dict[str, Any]:
    """The original's words, to be written over."""
    original = rows.get(row.language)
    version = (original.published or original.newest) if original else None
    return editing.values_of(version, row, request.dates)  # type: ignore[attr-defined]


def _save(request: HttpRequest, row: Article, code: str) -> HttpResponse:
    who, values = agent(request), editing.typed(request.POST)
    base = whole(request.POST.get("base"), 8) or 0
    rows = translations_of(row)
    then = request.POST.get("then", "")
    fault, newer = "", None
    try:
        if (now := rows.get(code)) and now.draft == DraftState.SCHEDULED and not rights.may_publish(who):
            raise CannotBe(
                "",
                _(
                    "This version waits for its moment to come out. Ask who scheduled it before you change it."
                ),
            )
        made = actions.write(
            row, language=code, title=values["title"], summary=values["summary"], body=values["body"],
            data=editing.data_of(values, row, request.dates), by=who, note=values["note"], base=base,  # type: ignore[attr-defined]
            follows="follows" in request.POST or code == row.language or not rows.get(code),
        )  # fmt: skip
        keeping.forget_unsaved(row, code, by=who)
    except actions.Newer as meanwhile:
        newer, base = meanwhile.version, meanwhile.version.number
    except CannotBe as refused:
        fault = refused.text
    except ValueError:
        example = request.dates.numeric(clock())  # type: ignore[attr-defined]
        fault = _("Write the day like %(example)s.") % {"example": example}
    else:
        return _onward(request, made, then)
    return page(
        request, row, code, rows, values, base, newer=newer, fault=fault, status=409 if newer else 422
    )


def _onward(request: HttpRequest, made: Translation, then: str) -> HttpResponse:
    said_ = _("Kept as a draft.")
    try:
        if then == "publish":
            actions.publish(made, by=agent(request))
            said_ = _("Published. Readers see it now.")
        elif then == "review":
            reviewing.ask(made, by=agent(request))
            said_ = _("Kept. Those who may publish it have been told.")
    except CannotBe as refused:
        said_ = _("Kept as a draft. %(why)s") % {"why": refused.text}
    return went(request, "knowledge_edit", said_, made.article_id, made.language)


def page(
    request: HttpRequest,
    row: Article,
    code: str,
    rows: dict[str, Translation],
    values: dict[str, Any],
    base: int,
    *,
    unsaved: Unsaved | None = None,
    newer: Version | None = None,
    fault: str = "",
    status: int = 0,
) -> HttpResponse:
    mine, who = rows.get(code), agent(request)
    stale = outdated(row, rows, code)
    publishes = rights.may_publish(who)
    return show(
        request, "edit", values["title"] or _("Without a title"), article=row, code=code, values=values, base=base, fault=fault, writer=who.pk,
        status=status, unsaved=unsaved, newer=_newer(newer, rows.get(code), base, values), stale=stale,
        tongues=_languages(request, row, rows, code), state=state_of(mine, stale), mine=mine, publishes=publishes,
        kind=row.get_kind_display(), icon=ICONS.get(row.kind, "file-text"), readers=who_reads(row),  # type: ignore[call-overload]
        section=row.section.named(request.LANGUAGE_CODE), may_describe=publishes or mine is None or mine.published_id is None,
        original=_original(row, rows, code) if code != row.language else None, since=_since(row, rows, code) if stale else [],
        faults=_tree_faults(row, values), films=_files(row, "video/"), posters=_files(row, "image/"),
        reviewers=_reviewers(row, who) if mine and not publishes else [],
        is_reviewer=bool(mine and mine.draft == DraftState.REVIEW and publishes), presets=presets(request.dates, clock()),  # type: ignore[attr-defined]
        day_example=request.dates.numeric(clock()), address=_address(mine), dir="ltr" if code == "en" else "rtl",  # type: ignore[attr-defined]
    )  # fmt: skip


def _newer(
    newer: Version | None, row: Translation | None, base: int, values: dict[str, Any]
) -> dict[str, Any] | None:
    if newer is None:
        return None
    before = (
        Version.objects.filter(translation=newer.translation, number__lt=newer.number)
        .order_by("-number")
        .first()
    )
    old = f"{before.title}\n{before.text}" if before else ""
    return {
        "number": newer.number, "name": name_of(newer.author), "at": newer.made_at,
        "changes": shortened(compare(old, f"{newer.title}\n{newer.text}")),
    }  # fmt: skip


def _languages(
    request: HttpRequest, row: Article, rows: dict[str, Translation], code: str
) -> list[dict[str, Any]]:
    found = []
    for one in LANGUAGES:
        kind, words = state_of(rows.get(one), outdated(row, rows, one))
        found.append(
            {"code": one, "name": NAMES[one], "kind": kind, "words": words, "current": one == code, "original": one == row.language,
             "href": reverse("knowledge_edit", args=[row.pk, one]), "missing": not rows.get(one)}
        )  # fmt: skip
    return found


def _original(row: Article, rows: dict[str, Translation], code: str) -> dict[str, Any] | None:
    original = rows.get(row.language)
    version = (original.published or original.newest) if original else None
    if version is None:
        return None
    data = version.data
    return {
        "language": row.language, "name": NAMES[row.language], "dir": "ltr" if row.language == "en" else "rtl", "title": version.title,
        "summary": version.summary, "body": clean(version.body), "number": version.number,
        "steps": [{"title": one.get("title", ""), "body": clean(one.get("body", ""))} for one in data.get("steps") or []],
        "outline": outlines.write(data) if row.kind == ArticleKind.TREE else "", "transcript": clean(str(data.get("transcript") or "")),
        "copy": f"{reverse('knowledge_edit', args=[row.pk, code])}?copy",
    }  # fmt: skip


def _since(row: Article, rows: dict[str, Translation], code: str) -> list[Any]:
    """What the original says differently since this translation was made."""
    original, newest = rows[row.language], rows[code].newest
    now = original.published or original.newest
    if now is None or newest is None or newest.basis is None:
        return []
    return shortened(compare(f"{newest.basis.title}\n{newest.basis.text}", f"{now.title}\n{now.text}"))


def _tree_faults(row: Article, values: dict[str, Any]) -> list[dict[str, Any]]:
    if row.kind != ArticleKind.TREE or not values.get("outline", "").strip():
        return []
    return said(outlines.parse(values["outline"])[1])


def _files(row: Article, kind: str) -> list[tuple[Any, str]]:
    if row.kind != ArticleKind.VIDEO:
        return []
    found = (
        Picture.objects.filter(article=row, kind__startswith=kind).order_by("pk").values_list("pk", "name")
    )
    return [("", _("None")), *found]


def _reviewers(row: Article, who: Agent) -> list[tuple[Any, str]]:
    able = [(one.pk, one.name) for one in rights.publishers(row) if one.pk != who.pk]
    return [("", _("All who may publish it")), *able]


def _address(mine: Translation | None) -> str:
    if mine is None or mine.published_id is None:
        return ""
    try:
        return reverse("help_article", args=[mine.language, mine.pk, mine.slug])
    except NoReverseMatch:
        return ""


@behind("work", "POST")
def keep(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Keep what is typed, unsaved; answers {"newer": who, if somebody saved meanwhile}."""
    row, code = article_of(request, pk), language_in(language)
    _his_own(request)
    number = whole(request.POST.get("base"), 8) or 0
    keeping.keep_unsaved(row, code, editing.typed(request.POST), base=number, by=agent(request))
    newest = (
        Version.objects.filter(translation__article=row, translation__language=code)
        .order_by("-number")
        .first()
    )
    newer = newest is not None and newest.number != number
    words = _("%(who)s saved version %(number)s meanwhile. You will see both before anything is overwritten.")
    told = (
        words
        % {"who": name_of(newest.author) or "Pelekan", "number": Reading(request.dates).digits(newest.number)}  # type: ignore[attr-defined]
        if newer and newest
        else ""
    )
    return JsonResponse({"newer": told})


@behind("work", "POST")
def forget(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """Throw away what was typed and not saved."""
    row, code = article_of(request, pk), language_in(language)
    keeping.forget_unsaved(row, code, by=agent(request))
    return went(request, "knowledge_edit", _("What was not saved is thrown away."), row.pk, code)


def tiers_for(request: HttpRequest) -> list[Tier]:
    level = readers.of_agent(agent(request)).level or 0
    return list(Tier.objects.filter(level__lte=level).order_by("level"))
