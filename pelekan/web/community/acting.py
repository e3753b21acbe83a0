"""Voting, accepting, reporting, taking back, following; the own name; the way out of mails."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.knowledge.community import following, members, steering, writing
from pelekan.knowledge.community.models import Following, Post, State
from pelekan.lib.limits import TooMuch
from pelekan.lib.time import now as clock
from pelekan.tickets.shaping import CannotBe
from pelekan.web.community import shapes
from pelekan.web.community.doors import ACTS, NETWORK, Guest, client, door, show, signed_in, writers
from pelekan.web.community.reading import _space, post_of, topic_page, visible
from pelekan.web.community.writing import slow_down
from pelekan.web.paths import own_path


@require_POST
@writers
def act(request: HttpRequest, guest: Guest, pk: int, what: str) -> HttpResponse:
    """vote, unvote, accept, unaccept, delete: of one post."""
    post = post_of(guest, pk)
    now = clock()
    try:
        ACTS.take(f"{type(guest.author).__name__}:{guest.author.pk if guest.author else 0}", now)
        _do(what, post, guest)
    except TooMuch as much:
        return _refused(request, guest, post, slow_down(much), 429)
    except writing.MayNot as fault:
        return _refused(request, guest, post, str(fault), 409)
    if what in ("vote", "unvote") and request.headers.get("HX-Request") == "true":
        fresh = Post.objects.select_related("topic", "member", "agent__user").get(pk=post.pk)
        one = shapes.posts([fresh], fresh.topic, guest, now)[0]
        return render(request, "community/_votes.html", {"post": one, "guest": guest, "oob": True})
    post.topic.refresh_from_db()
    if post.topic.state == State.DELETED:
        return HttpResponseRedirect(reverse("community_space", args=[guest.language, post.topic.space.slug]))
    return HttpResponseRedirect(shapes.address(post.topic, guest.language) + f"#post-{post.pk}")


def _do(what: str, post: Post, guest: Guest) -> None:
    by, member = guest.author, guest.member if guest.agent is None else None
    assert by is not None
    if what in ("accept", "unaccept"):
        steering.accept(post, by=by, wanted=what == "accept")
    elif member is None:
        raise Http404
    elif what in ("vote", "unvote"):
        steering.vote(post, by=member, wanted=what == "vote")
    elif what == "delete":
        writing.delete(post, by=member)
    else:
        raise Http404


def _refused(request: HttpRequest, guest: Guest, post: Post, why: str, status: int) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(why, status=status, content_type="text/plain; charset=utf-8")
    return topic_page(request, guest, post.topic, errors={"form": why}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def report(request: HttpRequest, guest: Guest, pk: int) -> HttpResponse:
    """Tell the team that a post should not stand here."""
    post, error, done = post_of(guest, pk), "", False
    if guest.member is None or post.member_id == guest.member.pk or post.agent_id is not None:
        raise Http404
    if request.method == "POST":
        try:
            ACTS.take(f"report:{guest.member.pk}", clock())
            steering.report(post, by=guest.member, why=request.POST.get("why", ""))
            done = True
        except TooMuch as much:
            error = slow_down(much)
        except writing.MayNot as fault:
            error = str(fault)
    return show(
        request, guest, "community/report.html", section="community", title=_("Report this post"), post=post, error=error, done=done,
        author=following.name_of(post), back=shapes.address(post.topic, guest.language) + f"#post-{post.pk}",
        status=422 if error else 200,
    )  # fmt: skip


@require_POST
@writers
def follow_topic(request: HttpRequest, guest: Guest, pk: int) -> HttpResponse:
    """Hear of a topic by mail, or no longer."""
    topic = visible(guest, pk)
    return _follow(request, guest, topic, shapes.address(topic, guest.language))


@require_POST
@writers
def follow_space(request: HttpRequest, guest: Guest, slug: str) -> HttpResponse:
    """Hear of each new topic of a space, or no longer."""
    return _follow(
        request, guest, _space(guest, slug), reverse("community_space", args=[guest.language, slug])
    )


def _follow(request: HttpRequest, guest: Guest, on: Any, back: str) -> HttpResponse:
    if guest.member is None:
        raise Http404
    try:
        ACTS.take(f"follow:{guest.member.pk}", clock())
    except TooMuch:
        return HttpResponse(status=429)
    following.follow(guest.member, on, wanted=request.POST.get("wanted") == "1")
    return HttpResponseRedirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def me(request: HttpRequest, guest: Guest) -> HttpResponse:
    """How a customer is called here, what he follows, and what became of what he wrote."""
    if guest.customer is None:
        return HttpResponseRedirect(reverse("community_home", args=[guest.language]))
    wish = own_path(request.POST.get("next") or request.GET.get("next") or "", "")
    member, errors = guest.member, {}
    values: dict[str, Any] = {
        "name": member.name if member else "",
        "about": member.about if member else "",
        "mails": member.mails if member else True,
    }
    if request.method == "POST":
        values = {
            "name": request.POST.get("name", "")[:60],
            "about": request.POST.get("about", "")[:300],
            "mails": "mails" in request.POST,
        }
        try:
            NETWORK.take(f"name:{client(request)}", clock())
            made = members.choose_name(guest.customer, values["name"].strip(), about=values["about"])
            if made.mails != values["mails"]:
                members.want_mail(made, values["mails"])
            return HttpResponseRedirect(wish or reverse("community_me", args=[guest.language]) + "?saved=1")
        except CannotBe as fault:
            errors[fault.field] = fault.text
        except TooMuch as much:
            errors["name"] = slow_down(much)
    return show(
        request, guest, "community/me.html", section="me", title=_("My name in the community"), values=values, errors=errors, next=wish,
        saved=request.GET.get("saved") == "1" and not errors, follows=_follows(guest), waiting=_waiting(guest), status=422 if errors else 200,
    )  # fmt: skip


def _follows(guest: Guest) -> list[dict[str, str]]:
    rows = (
        Following.objects.filter(member=guest.member or 0, ended=False)
        .select_related("topic__space", "space")
        .order_by("-pk")[:50]
    )
    found = []
    for one in rows:
        if one.topic is not None:
            there = steering.end_of(one.topic)
            found.append(
                {
                    "label": there.title,
                    "url": shapes.address(there, guest.language),
                    "off": reverse("community_follow_topic", args=[guest.language, there.pk]),
                }
            )
        elif one.space is not None:
            found.append(
                {
                    "label": one.space.named(guest.language),
                    "url": reverse("community_space", args=[guest.language, one.space.slug]),
                    "off": reverse("community_follow_space", args=[guest.language, one.space.slug]),
                }
            )
    return found  # fmt: skip


def _waiting(guest: Guest) -> list[dict[str, Any]]:
    mine = (
        Post.objects.filter(member=guest.member or 0, state__in=[State.WAITING, State.REFUSED])
        .select_related("topic")
        .order_by("-pk")
    )
    return [
        {
            "title": one.topic.title, "text": one.text[:200], "at": one.at, "refused": one.refused_because, "waits": one.state == State.WAITING,
            "url": shapes.address(one.topic, guest.language) + f"#post-{one.pk}",
        }
        for one in mine[:20]
    ]  # fmt: skip


@csrf_exempt  # RFC 8058: the mail program posts without a session; the token is the proof, and ends mail at most
@require_http_methods(["GET", "HEAD", "POST"])
@door
def off(request: HttpRequest, guest: Guest, token: str) -> HttpResponse:
    """The way out of a mail. GET changes nothing: mail scanners open every link."""
    row = following.of_token(token)
    if row is None:
        return show(
            request,
            guest,
            "community/off.html",
            title=_("Mails from the community"),
            row=None,
            done="",
            status=404,
        )
    done = ""
    if request.method == "POST":
        try:
            ACTS.take(f"off:{row.member_id}", clock())
        except TooMuch:
            return HttpResponse(status=429)
        done = "again" if "again" in request.POST else "all" if "all" in request.POST else "off"
        following.end(row, all_mails=done == "all", again=done == "again")
    about = (
        row.topic.title
        if row.topic is not None
        else row.space.named(guest.language)
        if row.space is not None
        else ""
    )
    return show(
        request,
        guest,
        "community/off.html",
        title=_("Mails from the community"),
        row=row.pk,
        about=about,
        done=done,
    )


__all__ = ["act", "follow_space", "follow_topic", "me", "off", "report"]
