"""Asking, answering, changing what one said; pictures. Everything works without scripts, and nothing typed is lost."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from pelekan.knowledge import search
from pelekan.knowledge.community import finding, marks, pictures, writing
from pelekan.knowledge.community.models import Kind, Space, State, Topic
from pelekan.lib import files
from pelekan.lib.limits import TooMuch
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Language
from pelekan.tickets.shaping import CannotBe
from pelekan.web.community import forms, shapes
from pelekan.web.community.doors import SEARCHES, UPLOADS, Guest, client, door, show, signed_in, writers
from pelekan.web.community.reading import post_of, topic_page, visible

LIKELY, NEAR = 0.3, 0.4
"""How sure the best of what fits must be, and how near to it the others."""
SANDBOX = "default-src 'none'; img-src 'self'; sandbox; frame-ancestors 'self'"


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def ask(request: HttpRequest, guest: Guest) -> HttpResponse:
    """A new topic. While its title is typed, topics and articles that fit are shown."""
    now = clock()
    spaces = {
        one.slug: one
        for one in Space.objects.readable_by(guest.reader)
        if guest.agent or one.write == "customers"
    }
    form = forms.came(request, now) if request.method == "POST" else {**forms.fresh(now), "space": request.GET.get("in", ""), "title": request.GET.get("title", "")[:200]}  # fmt: skip
    language = request.POST.get("language", guest.language)
    form |= {"language": language, "as_desk": "as_desk" in request.POST}
    errors: dict[str, str] = form["errors"]
    similar: dict[str, Any] = {}
    if request.method == "POST":
        _take_pictures(request, guest, form)
        space = spaces.get(form.get("space", ""))
        if space is None:
            errors["space"] = _("Choose a space.")
        if "preview" in request.POST:
            form["preview"] = marks.to_html(marks.tidy(form["text"]))
            similar = _similar(guest, form["title"])
        elif space is not None and not errors:
            try:
                made = writing.ask(
                    space, by=_author(guest), title=form["title"], source=form["text"], language=language, kind=form.get("kind", "question"),
                    as_desk=form["as_desk"], sending=forms.sending(request, guest, now), now=now,
                )  # fmt: skip
                return HttpResponseRedirect(shapes.address(made, guest.language) + "#sent-topic")
            except CannotBe as fault:
                errors[fault.field] = fault.text
            except writing.MayNot as fault:
                errors["form"] = str(fault)
            except TooMuch as much:
                errors["form"] = slow_down(much)
    return show(
        request, guest, "community/ask.html", section="community", title=_("New topic"), form=form, similar=similar,
        spaces=[(one.slug, one.named(guest.language)) for one in spaces.values()], kinds=list(Kind.choices),
        language_names=list(Language.choices), status=422 if errors else 200,
    )  # fmt: skip


@require_GET
@signed_in
def similar(request: HttpRequest, guest: Guest) -> HttpResponse:
    """What fits the title that is typed: a fragment."""
    try:
        SEARCHES.take(client(request), clock())
    except TooMuch:
        return HttpResponse(status=204)
    return render(request, "community/_similar.html", {"similar": _similar(guest, request.GET.get("q", ""))})


def _similar(guest: Guest, title: str) -> dict[str, Any]:
    """What answers it nearly as well as the best answer that is there; nothing where none is likely to."""
    title = one_line(title, 200)
    if len(title) < 6:
        return {}
    hits = search.find(title, reader=guest.reader, language=guest.language, limit=8).hits
    if not hits or hits[0].sure < LIKELY:
        return {}
    near = [one for one in hits if one.score >= hits[0].score * NEAR]
    rows = Topic.objects.readable_by(guest.reader).select_related("begun_by")
    topics = rows.in_bulk([one.id for one in near if one.kind == finding.KIND])
    return {
        "topics": [
            {**shapes.row(topics[one.id], guest.language), "pieces": one.title} for one in near if one.id in topics and one.kind == finding.KIND
        ],
        "articles": [
            {"pieces": one.title, "url": reverse("help_article", args=[one.language, one.id, "-"])}
            for one in near if one.kind == "article"
        ],
    }  # fmt: skip


@require_POST
@writers
def answer(request: HttpRequest, guest: Guest, pk: int) -> HttpResponse:
    """An answer, or a comment on a post (`parent`)."""
    now = clock()
    topic = visible(guest, pk)
    if topic.merged_into is not None:
        topic = topic.merged_into
    form = {**forms.came(request, now), "as_desk": "as_desk" in request.POST}
    errors: dict[str, str] = form["errors"]
    _take_pictures(request, guest, form)
    parent_id = form.get("parent", "")
    if parent_id:
        parent = (
            post_of(guest, int(parent_id))
            if parent_id.isascii() and parent_id.isdigit() and len(parent_id) < 18
            else None
        )
        if parent is None:
            raise Http404
    else:
        parent = None
    if "preview" in request.POST and not errors:
        form["preview"] = marks.to_html(marks.tidy(form["text"]))
        return topic_page(request, guest, topic, **form)
    if not errors:
        try:
            made = writing.answer(
                topic, by=_author(guest), source=form["text"], parent=parent, as_desk=form["as_desk"],
                sending=forms.sending(request, guest, now), now=now,
            )  # fmt: skip
            return HttpResponseRedirect(f"{shapes.address(topic, guest.language)}#post-{made.pk}")
        except CannotBe as fault:
            errors[fault.field] = fault.text
        except writing.MayNot as fault:
            errors["form"] = str(fault)
        except TooMuch as much:
            errors["form"] = slow_down(much)
    return topic_page(request, guest, topic, **form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def edit(request: HttpRequest, guest: Guest, pk: int) -> HttpResponse:
    """Other words for what one said; the team may change what others said."""
    now = clock()
    post = post_of(guest, pk)
    if not writing.may_change(post, guest.author, now):
        raise Http404
    form = (
        forms.came(request, now)
        if request.method == "POST"
        else {**forms.fresh(now), "text": post.source, "title": post.topic.title}
    )
    errors: dict[str, str] = form["errors"]
    back = shapes.address(post.topic, guest.language) + f"#post-{post.pk}"
    if request.method == "POST":
        _take_pictures(request, guest, form)
        if "preview" in request.POST:
            form["preview"] = marks.to_html(marks.tidy(form["text"]))
        elif not errors:
            try:
                post = writing.change(
                    post, by=_author(guest), source=form["text"], title=form["title"], now=now
                )
                return HttpResponseRedirect(shapes.address(post.topic, guest.language) + f"#post-{post.pk}")
            except CannotBe as fault:
                errors[fault.field] = fault.text
            except writing.MayNot as fault:
                errors["form"] = str(fault)
    return show(
        request, guest, "community/edit.html", section="community", title=_("Change what you wrote"), form=form, post=post,
        back=back, status=422 if errors else 200,
    )  # fmt: skip


def _author(guest: Guest) -> writing.Author:
    assert guest.author is not None  # behind `writers`
    return guest.author


def slow_down(much: TooMuch) -> str:
    minutes = max(1, round(much.after / 60))
    return _("That was a lot at once. Wait %(minutes)s min and send it again; nothing is lost.") % {
        "minutes": minutes
    }


# Pictures


def _take_pictures(request: HttpRequest, guest: Guest, form: dict[str, Any]) -> None:
    """Pictures that came with the form itself (without scripts) stand below its words from now on."""
    for sent in request.FILES.getlist("pictures")[:5]:
        try:
            UPLOADS.take(f"{guest.author!r}:{client(request)}", clock())
            kept = pictures.keep(cast(BinaryIO, sent.file), _author(guest))
            form["text"] = f"{form['text'].rstrip()}\n\n![]({marks.PICTURES}{kept.token}/)".lstrip()
        except (pictures.NoPicture, TooMuch) as fault:
            form["errors"]["pictures"] = _no_picture(fault)


def _no_picture(fault: Exception) -> str:
    return {
        "large": _("This picture is larger than 8 MB. Send a smaller one."),
        "many": _("Too many pictures wait to be sent. Send the post first."),
    }.get(str(fault), _("This file is no picture that can be shown. Send a PNG, JPEG, GIF or WebP."))


@require_POST
@writers
def upload(request: HttpRequest, guest: Guest) -> HttpResponse:
    """A picture that was chosen or pasted while writing: {"mark": "![](…)"} to put among the words."""
    sent = request.FILES.get("picture")
    if sent is None or sent.file is None:
        return JsonResponse({"error": _("No file arrived. Choose it again.")}, status=400)
    try:
        UPLOADS.take(f"{guest.author!r}:{client(request)}", clock())
        kept = pictures.keep(cast(BinaryIO, sent.file), _author(guest))
    except TooMuch as much:
        return JsonResponse({"error": slow_down(much)}, status=429)
    except pictures.NoPicture as fault:
        return JsonResponse({"error": _no_picture(fault)}, status=422)
    return JsonResponse({"mark": f"![]({marks.PICTURES}{kept.token}/)"}, status=201)


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse:
    """A picture, for whoever may read its post."""
    return _picture(request, "en", token=token)


@door
def _picture(request: HttpRequest, guest: Guest, token: str) -> Any:
    found = pictures.readable(token, guest.reader, guest.author)
    if found is None:
        raise Http404
    response = FileResponse(
        files.stored_path(found.path, settings.MEDIA_ROOT).open("rb"), content_type=found.kind
    )
    response["Content-Length"] = found.size
    response["Content-Security-Policy"] = SANDBOX
    out = (
        found.post is not None and found.post.state == State.SHOWN and found.post.topic.space.read == "public"
    )
    response["Cache-Control"] = "public, max-age=300" if out else "private, no-store"
    return response
