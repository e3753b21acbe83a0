"""What an article is beside its words: shelf, readers, owner, what it answers, what it goes with, files to take along."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.knowledge import keeping, pictures, rights
from pelekan.knowledge.models import Article, ArticleKind, Picture, Section, Visibility
from pelekan.lib.text import latin_digits, whole
from pelekan.lib.time import day_from
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, CustomerGroup, Language, Tier
from pelekan.tickets.models import Category
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, attempt, behind, went
from pelekan.web.admin.fields import Text
from pelekan.web.knowledge.acts import again_choices
from pelekan.web.knowledge.editor import tiers_for
from pelekan.web.knowledge.frame import article_of, show, translations_of, who_reads
from pelekan.web.knowledge.listing import in_order


class AboutForm(forms.Form):
    section = forms.ModelChoiceField(Section.objects.all(), label=lazy("Section"))
    kind = forms.ChoiceField(label=lazy("Kind"), choices=ArticleKind.choices)
    language = forms.ChoiceField(
        label=lazy("The original is written in"), choices=Language.choices,
        help_text=lazy("Other languages are compared with it."),
    )  # fmt: skip
    pinned = forms.BooleanField(label=lazy("Shown first on the front page"), required=False)
    visibility = forms.ChoiceField(
        label=lazy("Who reads it"), choices=Visibility.choices, widget=forms.RadioSelect
    )
    groups = forms.ModelMultipleChoiceField(
        CustomerGroup.objects.filter(archived_at=None), label=lazy("Customer groups"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    tier = forms.ModelChoiceField(
        Tier.objects.none(), label=lazy("From this step up"), required=False, empty_label="–"
    )
    owner = forms.ModelChoiceField(
        Agent.objects.filter(disabled_at=None).select_related("user"), label=lazy("Owner"), required=False,
        empty_label=lazy("Nobody"), help_text=lazy("Is told when it should be looked at again, and of what readers miss."),
    )  # fmt: skip
    review_at = Text(lazy("To be looked at again on"), longest=20, required=False, ltr=True)
    categories = forms.ModelMultipleChoiceField(
        Category.objects.filter(archived_at=None), label=lazy("Answers tickets of these categories"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dates = request.dates  # type: ignore[attr-defined]
        here = request.LANGUAGE_CODE
        fields: Any = self.fields
        rows = in_order(Section.objects.filter(archived_at=None))
        fields["section"].choices = [
            (one.pk, ("– " if one.parent_id else "") + one.named(here)) for one in rows
        ]
        fields["tier"].queryset = Tier.objects.filter(pk__in=[one.pk for one in tiers_for(request)])
        fields["owner"].label_from_instance = lambda one: one.name
        example = self.dates.numeric(clock())
        fields["review_at"].help_text = _("A day, like %(example)s. Empty: never.") % {"example": example}

    def clean_review_at(self) -> datetime | None:
        text = latin_digits(self.cleaned_data["review_at"]).strip()
        if not text:
            return None
        try:
            year, month, day = (int(part) for part in text.replace("-", "/").replace(".", "/").split("/"))
            found = day_from("gregorian" if year > 1900 else self.dates.calendar, year, month, day)
        except (ValueError, OverflowError):
            words = {"example": self.dates.numeric(clock())}
            raise forms.ValidationError(_("Write the day like %(example)s.") % words) from None
        local = self.dates.local(clock())
        return datetime.combine(found, time(9), local.tzinfo).astimezone(UTC)


@behind("work", "GET", "POST")
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; readers and shelf of what is published are changed only by who may publish."""
    row, who = article_of(request, pk), agent(request)
    may = rights.may_describe(who, row)
    form = AboutForm(request.POST or None, initial=_initial(row, request), request=request)
    if request.method == "POST" and not may:
        raise PermissionDenied
    if form.is_valid():
        given = dict(form.cleaned_data)
        given["pinned_at"] = (row.pinned_at or clock()) if given.pop("pinned") else None
        given["related"] = _related(request, row)
        if attempt(form, lambda: keeping.describe(row, by=who, **given)):
            return went(request, "knowledge_about", _("Kept."), pk)
    rows = translations_of(row)
    first = rows.get(request.LANGUAGE_CODE) or rows.get(row.language) or next(iter(rows.values()), None)
    title = first.newest.title if first and first.newest else _("Without a title")
    return show(
        request, "about", title, who_reads(row), form=form, article=row, may_describe=may, related=_titles(request, row),
        files=Picture.objects.filter(article=row, inline=False).order_by("pk"), again=again_choices(),
        due=row.review_at is not None and row.review_at <= clock(), language=first.language if first else row.language,
    )  # fmt: skip


def _initial(row: Article, request: HttpRequest) -> dict[str, Any]:
    dates = request.dates  # type: ignore[attr-defined]
    return {
        "section": row.section_id, "kind": row.kind, "language": row.language, "pinned": row.pinned_at is not None,
        "visibility": row.visibility, "groups": [one.pk for one in row.groups.all()], "tier": row.tier_id, "owner": row.owner_id,
        "review_at": dates.numeric(row.review_at) if row.review_at else "", "categories": [one.pk for one in row.categories.all()],
    }  # fmt: skip


def _related(request: HttpRequest, row: Article) -> list[Article]:
    ids = [pk for one in request.POST.getlist("related") if (pk := whole(one)) is not None]
    seen = Q(pk__in=ids) & ~Q(pk=row.pk)
    unseen = Article.objects.exclude(pk__in=rights.writable_by(agent(request))).filter(related=row)
    return [*rights.writable_by(agent(request)).filter(seen), *unseen]  # what he does not see stays as it is


def _titles(request: HttpRequest, row: Article) -> list[dict[str, Any]]:
    found = []
    for one in row.related.filter(pk__in=rights.writable_by(agent(request))).prefetch_related(
        "translations__newest"
    ):
        names = {each.language: each.newest.title for each in one.translations.all() if each.newest}
        found.append(
            {
                "id": one.pk,
                "title": names.get(request.LANGUAGE_CODE) or names.get(one.language) or str(one.pk),
            }
        )
    return found


@behind("work", "POST")
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Files to take along, films and their posters."""
    row = article_of(request, pk)
    sent = request.FILES.getlist("files")
    back = request.POST.get("back", "")
    to = (
        reverse("knowledge_edit", args=[pk, back])
        if back in Language.values
        else reverse("knowledge_about", args=[pk])
    )
    if not sent:
        messages.error(request, _("No file arrived. Choose it again."))
    for one in sent[:20]:
        try:
            pictures.keep(
                row, cast("BinaryIO", one.file), one.name or "file", by=agent(request), inline=False
            )
        except CannotBe as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, _("“%(name)s” is kept.") % {"name": one.name})
    return HttpResponseRedirect(to)


@behind("work", "POST")
def drop_file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    row = article_of(request, pk)
    found = Picture.objects.filter(article=row, inline=False, pk=file).first()
    if found is None:
        raise Http404
    if not rights.may_describe(agent(request), row):
        raise PermissionDenied
    pictures.drop(found, by=agent(request))
    return went(request, "knowledge_about", _("The file is gone."), pk)
