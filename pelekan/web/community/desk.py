"""The community at the desk: what waits for a look, what nobody answered, and what is done about topics and people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.knowledge import readers
from pelekan.knowledge.community import finding, following, members, passing, steering
from pelekan.knowledge.community.models import Member, Post, Space, State, Topic
from pelekan.knowledge.models import Section, Translation
from pelekan.tickets.shaping import CannotBe
from pelekan.web.community import shapes
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import shell

PAGE = 30
LISTS = ("waiting", "unanswered", "topics", "blocked")


@require_GET
@agents
def community(request: HttpRequest) -> HttpResponse:
    """What waits for a look; questions without an answer; all topics; who is blocked."""
    waits, open_ = steering.waiting().count(), steering.unanswered().count()
    chosen = request.GET.get("list", "waiting" if waits or not open_ else "unanswered")
    chosen = chosen if chosen in LISTS else "waiting"
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 4 else 1
    rows, more = _rows(chosen, request, max(number, 1))
    here = reverse("desk_community")
    tabs = [
        {"label": label, "href": f"{here}?list={name}", "current": name == chosen, "count": count}
        for name, label, count in (
            ("waiting", _("Waits for a look"), _digits(request, waits)), ("unanswered", _("Without an answer"), _digits(request, open_)),
            ("topics", _("All topics"), ""), ("blocked", _("Blocked"), ""),
        )
    ]  # fmt: skip
    return _page(
        request, "desk/community.html", _("Community"), tabs=tabs, chosen=chosen, rows=rows,
        public=reverse("community_home", args=[request.LANGUAGE_CODE]),
        more=f"{here}?list={chosen}&page={number + 1}" if more else "",
    )  # fmt: skip


def _rows(chosen: str, request: HttpRequest, number: int) -> tuple[list[dict[str, Any]], bool]:
    language = request.LANGUAGE_CODE
    start = (number - 1) * PAGE
    if chosen == "waiting":
        some = list(steering.waiting().prefetch_related("reports__member")[start : start + PAGE + 1])
        return [_waiting(one, language) for one in some[:PAGE]], len(some) > PAGE
    if chosen == "blocked":
        people = list(Member.objects.filter(blocked_at__isnull=False).select_related("customer", "blocked_by__user").order_by("-blocked_at")[start : start + PAGE + 1])  # fmt: skip
        return [
            {
                "id": one.pk, "name": one.name, "because": one.blocked_because, "at": one.blocked_at,
                "by": one.blocked_by.name if one.blocked_by else "", "customer": one.customer.name, "customer_url": url("customer", one.customer_id),
            }
            for one in people[:PAGE]
        ], len(people) > PAGE  # fmt: skip
    topics = steering.unanswered() if chosen == "unanswered" else Topic.objects.filter(merged_into=None).exclude(state=State.DELETED).select_related("space", "begun_by").order_by("-last_at", "-pk")  # fmt: skip
    found = list(topics[start : start + PAGE + 1])
    return [
        {**shapes.row(one, language), "desk_url": url("desk_community_topic", one.pk), "state": one.state}
        for one in found[:PAGE]
    ], len(found) > PAGE


def _waiting(post: Post, language: str) -> dict[str, Any]:
    member = post.member
    reports = [one for one in post.reports.all() if one.settled_at is None]
    return {
        "id": post.pk, "html": post.html, "at": post.edited_at or post.at, "title": post.topic.title, "first": post.first, "comment": post.parent_id is not None,
        "space": post.topic.space.named(language), "url": url("desk_community_topic", post.topic_id), "shown": post.state == State.SHOWN,
        "author": following.name_of(post), "member": member.pk if member else None,
        "customer": member.customer.name if member else "", "customer_url": url("customer", member.customer_id) if member else "",
        "reasons": [str(shapes.REASONS[one]) for one in post.reasons if one in shapes.REASONS],
        "reports": [{"who": one.member.name, "why": one.why} for one in reports],
    }  # fmt: skip


def _digits(request: HttpRequest, number: int) -> str:
    return Reading(request.dates).digits(number) if number else ""  # type: ignore[attr-defined]


def _page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    told = [
        {"text": str(m), "kind": "breach" if m.level_tag == "error" else "success"}
        for m in messages.get_messages(request)
    ]
    status = context.pop("status", 200)
    return render(
        request, template, {**shell(request, None, "community"), **live(request), "title": title, "told": told, **context}, status=status
    )  # fmt: skip


@require_GET
@agents
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """A topic with everything that can be done about it."""
    found = get_object_or_404(
        Topic.objects.select_related("space", "begun_by__customer", "merged_into", "duplicate_of", "ticket"),
        pk=pk,
    )
    if found.merged_into_id is not None:
        return HttpResponseRedirect(url("desk_community_topic", found.merged_into_id))
    language = request.LANGUAGE_CODE
    posts = (
        found.posts.select_related("member__customer", "agent__user", "topic__space")
        .prefetch_related("reports__member")
        .order_by("pk")[:500]
    )
    said = [
        {**_waiting(one, language), "state": one.state, "state_name": State(one.state).label, "refused": one.refused_because,
         "accepted": found.accepted_id == one.pk, "votes": one.votes, "team": one.agent_id is not None,
         "public": shapes.address(found, language) + f"#post-{one.pk}"}
        for one in posts
    ]  # fmt: skip
    draft = (
        Translation.objects.filter(article=found.article_id or 0)
        .select_related("published", "newest")
        .first()
    )
    return _page(
        request, "desk/community_topic.html", found.title, topic=found, row=shapes.row(found, language), posts=said,
        spaces=[(one.pk, one.named(language)) for one in Space.objects.filter(archived_at=None)],
        sections=[(one.pk, one.named(language)) for one in Section.objects.filter(archived_at=None)],
        others=_others(found, language), public=shapes.address(found, language), draft=_draft(draft),
        ticket_url=url("desk_ticket", found.ticket_id) if found.ticket_id else "",
        customer={"name": found.begun_by.customer.name, "url": url("customer", found.begun_by.customer_id), "member": found.begun_by.pk, "blocked": found.begun_by.blocked_at is not None, "shown": found.begun_by.name} if found.begun_by else None,
    )  # fmt: skip


def _draft(draft: Translation | None) -> dict[str, Any] | None:
    if draft is None or draft.newest is None:
        return None
    return {
        "title": draft.newest.title,
        "published": draft.published_id is not None,
        "article": draft.article_id,
        "id": draft.pk,
    }


def _others(found: Topic, language: str) -> list[tuple[int, str]]:
    """Topics that it could be the same as: those most alike first, then the newest."""

    everything = readers.Reader(level=32_767)
    alike = [
        one.topic for one in finding.find(found.title, reader=everything, language=found.language, limit=10)
    ]
    newest = list(Topic.objects.readable_by(everything).order_by("-last_at")[:30])
    rows = {one.pk: one for one in [*alike, *newest] if one.pk != found.pk}
    return [(pk, f"{one.title} ({one.space.named(language)})") for pk, one in rows.items()]


@require_POST
@agents
def topic_act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """lock, unlock, pin, unpin, move, merge, duplicate, no-duplicate, article, ticket."""
    found = get_object_or_404(Topic.objects.select_related("space"), pk=pk)
    by = agent_in(request)
    target = url("desk_community_topic", pk)
    try:
        said = ""
        if what in ("lock", "unlock"):
            steering.lock(found, by=by, wanted=what == "lock")
            said = _("Closed: only the team writes there now.") if what == "lock" else _("Open again.")
        elif what in ("pin", "unpin"):
            steering.pin(found, by=by, wanted=what == "pin")
            said = (
                _("It stands first in its space now.") if what == "pin" else _("It no longer stands first.")
            )
        elif what == "move":
            space = _chosen(request, "space", Space.objects.filter(archived_at=None))
            steering.move(found, space, by=by)
            said = _("Moved. It is read by whoever reads that space.")
        elif what == "merge":
            into = steering.merge(found, _other(request), by=by)
            target, said = (
                url("desk_community_topic", into.pk),
                _("Merged: everything is here now, and the old address leads here."),
            )
        elif what in ("duplicate", "no-duplicate"):
            steering.mark_duplicate(found, _other(request) if what == "duplicate" else None, by=by)
            said = (
                _("Its page leads to the other topic now.")
                if what == "duplicate"
                else _("It is no longer marked as asked before.")
            )
        elif what == "article":
            draft = passing.make_article(
                found, _chosen(request, "section", Section.objects.filter(archived_at=None)), by=by
            )
            said = _("A draft is made: “%(title)s”. Nobody reads it before it is published.") % {
                "title": draft.newest.title if draft.newest else ""
            }
        elif what == "ticket":
            ticket = passing.make_ticket(found, by=by)
            said = _("Request #%(number)s is made; the customer sees it in the portal.") % {
                "number": ticket.number
            }
        else:
            raise Http404
        messages.success(request, said)
    except CannotBe as fault:
        messages.error(request, fault.text)
    return HttpResponseRedirect(target)


def _other(request: HttpRequest) -> Topic:
    return _chosen(request, "other", Topic.objects.select_related("space", "merged_into"))


def _chosen(request: HttpRequest, name: str, rows: Any) -> Any:
    value = request.POST.get(name, "")
    found = (
        rows.filter(pk=int(value)).first()
        if value.isascii() and value.isdigit() and len(value) < 18
        else None
    )
    if found is None:
        raise CannotBe(name, _("Choose one from the list."))
    return found


@require_POST
@agents
def post_act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """approve, refuse (with the reason), and refuse-block: the author writes nothing more."""
    post = get_object_or_404(Post.objects.select_related("topic", "member"), pk=pk)
    by = agent_in(request)
    back = (
        url("desk_community_topic", post.topic_id)
        if request.POST.get("back") == "topic"
        else reverse("desk_community") + "?list=waiting"
    )
    because = request.POST.get("because", "")
    try:
        if what == "approve":
            steering.approve(post, by=by)
            messages.success(request, _("It stands in the community."))
        elif what in ("refuse", "refuse-block"):
            steering.refuse(post, by=by, because=because)
            if what == "refuse-block" and post.member is not None:
                members.block(post.member, by=by, because=because)
                messages.success(request, _("Refused, and its author writes nothing more."))
            else:
                messages.success(request, _("Refused. The author reads why."))
        else:
            raise Http404
    except CannotBe as fault:
        messages.error(request, fault.text)
    return HttpResponseRedirect(back)


@require_POST
@agents
def member_act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """block (with the reason) and unblock."""
    member = get_object_or_404(Member.objects.select_related("customer"), pk=pk)
    if what == "unblock":
        members.unblock(member, by=agent_in(request))
        messages.success(request, _("He may write again."))
    elif what == "block" and request.POST.get("because", "").strip():
        members.block(member, by=agent_in(request), because=request.POST["because"])
        messages.success(request, _("Blocked. What was said before stays."))
    elif what == "block":
        messages.error(request, _("Say why; it stands in the log."))
    else:
        raise Http404
    return HttpResponseRedirect(reverse("desk_community") + "?list=blocked")
