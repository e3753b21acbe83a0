"""What everybody reads: the spaces, a space, a topic, a person, what was found, a feed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from pelekan.knowledge import readers
from pelekan.knowledge.community import finding, following, steering
from pelekan.knowledge.community.models import Member, Post, Space, State, Topic
from pelekan.knowledge.models import Translation
from pelekan.knowledge.trail import walking
from pelekan.lib.limits import TooMuch
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Language
from pelekan.web.community import shapes, structured
from pelekan.web.community.caching import for_all
from pelekan.web.community.doors import SEARCHES, Guest, client, door, show, signed_in
from pelekan.web.community.forms import fresh
from pelekan.web.footsteps import keep, visit_of

PAGE = 20
ANSWERS = 50
MOST_LISTED = 40_000  # topics in the sitemap; the protocol allows 50,000 addresses
FILTERS = ("all", "unanswered", "solved", "ideas")


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """To the community in the reader's language."""
    response = HttpResponseRedirect(reverse("community_home", args=[get_language() or "en"]))
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response


@require_safe
@door
@for_all
def home(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The spaces, and what was said last."""
    rows = Space.objects.readable_by(guest.reader).annotate(
        number=Count("topics", filter=Q(topics__state=State.SHOWN, topics__merged_into=None)),
        last=Max("topics__last_at"),
    )
    spaces = [
        {
            "name": one.named(guest.language), "text": one.described(guest.language), "number": one.number, "last": one.last,
            "url": reverse("community_space", args=[guest.language, one.slug]), "open": one.read == "public",
        }
        for one in rows
    ]  # fmt: skip
    found = Topic.objects.readable_by(guest.reader)
    return show(
        request, guest, "community/home.html", section="community", spaces=spaces,
        **_listed(request, guest, found, reverse("community_home", args=[guest.language])), alternates=_alternates("community_home"),
    )  # fmt: skip


@require_safe
@door
@for_all
def space(request: HttpRequest, guest: Guest, slug: str) -> HttpResponse:
    """One space with its topics; what is pinned first."""
    found = _space(guest, slug)
    following.seen(guest.member, None, found)
    rows = Topic.objects.readable_by(guest.reader).filter(space=found)
    here = reverse("community_space", args=[guest.language, found.slug])
    return show(
        request, guest, "community/space.html", section="community", space=found, title=found.named(guest.language),
        text=found.described(guest.language), follows=following.follows(guest.member, found),
        may_ask=_may(guest, found), feed=reverse("community_feed", args=[guest.language, found.slug]),
        **_listed(request, guest, rows, here, pinned=True), alternates=_alternates("community_space", found.slug),
    )  # fmt: skip


def _space(guest: Guest, slug: str) -> Space:
    found = Space.objects.readable_by(guest.reader).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _may(guest: Guest, space: Space) -> bool:
    """Whether the way to a new topic is shown: to who isn't known yet too, he signs in on the way."""
    if guest.agent is not None:
        return True
    return space.write == "customers" and (guest.member is None or guest.member.blocked_at is None)


def _listed(
    request: HttpRequest, guest: Guest, rows: Any, here: str, *, pinned: bool = False
) -> dict[str, Any]:
    chosen = request.GET.get("show", "all")
    chosen = chosen if chosen in FILTERS else "all"
    if chosen == "unanswered":
        rows = rows.filter(kind="question", answers=0, duplicate_of=None)
    elif chosen == "solved":
        rows = rows.filter(accepted__isnull=False)
    elif chosen == "ideas":
        rows = rows.filter(kind="idea")
    number = _number(request.GET.get("page", "1"))
    order = ["-votes", "-last_at"] if chosen == "ideas" else ["-last_at", "-pk"]
    if pinned:
        order.insert(0, F("pinned_at").desc(nulls_last=True))  # type: ignore[arg-type]
    some = list(rows.select_related("begun_by").order_by(*order)[(number - 1) * PAGE : number * PAGE + 1])
    return {
        "rows": [shapes.row(one, guest.language) for one in some[:PAGE]], "chosen": chosen, "here_url": here,
        "earlier": f"{here}?show={chosen}&page={number - 1}" if number > 1 else "",
        "later": f"{here}?show={chosen}&page={number + 1}" if len(some) > PAGE else "",
        "canonical": here if number == 1 and chosen == "all" else "", "page_number": number,
    }  # fmt: skip


def _number(text: str) -> int:
    return min(max(int(text), 1), 500) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _alternates(name: str, *args: Any) -> list[tuple[str, str]]:
    """The same page in the other languages."""
    return [(one, reverse(name, args=[one, *args])) for one in Language.values]


@require_safe
@door
@for_all
def topic(request: HttpRequest, guest: Guest, pk: int, slug: str) -> HttpResponse:
    """A topic with everything said in it. Addresses of merged topics, and old titles, lead to where it is."""
    found = visible(guest, pk)
    if found.merged_into is not None:
        return HttpResponsePermanentRedirect(shapes.address(found.merged_into, guest.language))
    if slug != found.slug:
        return HttpResponsePermanentRedirect(shapes.address(found, guest.language))
    following.seen(guest.member, found, found.space)
    return topic_page(request, guest, found)


def visible(guest: Guest, pk: int) -> Topic:
    """The topic, if this guest may read it: what waits or was refused only its author and the team. Of a merged one, if he
    may read where it is now."""
    rows = Topic.objects.select_related(
        "space", "begun_by", "merged_into__space", "duplicate_of__space", "ticket"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    open_ = Topic.objects.readable_by(guest.reader)
    if found.merged_into_id is not None:
        if not open_.filter(pk=found.merged_into_id).exists():
            raise Http404
        return found
    if guest.agent is not None or open_.filter(pk=found.pk).exists():
        return found
    own = guest.member is not None and found.begun_by_id == guest.member.pk and found.state != State.DELETED
    if not own or not Space.objects.readable_by(guest.reader).filter(pk=found.space_id).exists():
        raise Http404
    return found


def topic_page(request: HttpRequest, guest: Guest, found: Topic, **more: Any) -> HttpResponse:
    """The page; `more` holds a form that came back with errors."""
    now = clock()
    shown = Q(state=State.SHOWN) | Q(state=State.DELETED)
    if guest.agent is not None:
        shown |= Q(state=State.WAITING)
    elif guest.member is not None:
        shown |= Q(member=guest.member)
    rows = Post.objects.filter(shown, topic=found).select_related("member", "agent__user", "topic", "parent")
    rows = rows.exclude(Q(state=State.DELETED) & Q(comments__isnull=True) & Q(first=False)).distinct()
    hidden = [State.WAITING, State.REFUSED]
    if guest.agent is None:
        rows = rows.exclude(parent__isnull=False, parent__state__in=hidden)
    said = shapes.threads(shapes.posts(rows.order_by("pk")[:1000], found, guest, now))
    first = next((one for one in said if one["first"]), None)
    answers = [one for one in said if not one["first"]]
    number = _number(request.GET.get("page", "1"))
    part = answers[(number - 1) * ANSWERS : number * ANSWERS]
    here = shapes.address(found, guest.language)
    status = more.pop("status", 200)
    other = found.duplicate_of
    if other is not None and not Topic.objects.readable_by(guest.reader).filter(pk=other.pk).exists():
        other = None
    return show(
        request, guest, "community/topic.html", section="community", topic=shapes.row(found, guest.language),
        title=found.title, state=found.state, first=first, answers=part, number=len(answers),
        space={"name": found.space.named(guest.language), "url": reverse("community_space", args=[guest.language, found.space.slug])},
        canonical=settings.BASE_URL + shapes.address(found, found.language), indexed=found.space.read == "public" and found.state == State.SHOWN,
        alternates=_alternates("community_topic", found.pk, found.slug), here_url=here,
        earlier=f"{here}?page={number - 1}" if number > 1 else "", later=f"{here}?page={number + 1}" if number * ANSWERS < len(answers) else "",
        follows=following.follows(guest.member, found), may_answer=_may_answer(guest, found), form={**fresh(now), **more},
        duplicate={"title": other.title, "url": shapes.address(other, guest.language)} if other else None,
        article=_article(guest, found), request_url=_request(guest, found),
        structured=structured.page(found, first, answers[:20]) if first and guest.anonymous else "", status=status,
    )  # fmt: skip


def _may_answer(guest: Guest, found: Topic) -> str:
    """ "" where nobody writes; "sign_in", "name" or "yes"."""
    if found.state != State.SHOWN or (found.locked_at is not None and guest.agent is None):
        return ""
    if guest.agent is not None:
        return "yes"
    if found.space.write == "team":
        return ""
    if guest.anonymous:
        return "sign_in"
    if guest.member is None:
        return "name"
    return "yes" if guest.member.blocked_at is None else "blocked"


def _article(guest: Guest, found: Topic) -> dict[str, str] | None:
    """The article that was made of it, for whom it is."""
    if found.article_id is None:
        return None
    rows = (
        Translation.objects.readable_by(guest.reader)
        .filter(article=found.article_id)
        .select_related("published")
    )
    best = min(
        rows, key=lambda one: (one.language != guest.language, one.language != found.language), default=None
    )
    if best is None or best.published is None:
        return None
    return {
        "title": best.published.title,
        "url": reverse("help_article", args=[best.language, best.pk, best.slug]),
    }


def _request(guest: Guest, found: Topic) -> str:
    """The way to the private request, only for who asked and for the team."""
    ticket = found.ticket
    if ticket is None:
        return ""
    if guest.agent is not None:
        return reverse("desk_ticket", args=[ticket.pk])
    mine = guest.customer is not None and ticket.customer_id == guest.customer.pk and ticket.number
    return reverse("portal_request", args=[ticket.number]) if mine else ""


@require_safe
@door
def search(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Topics that hold what was typed."""
    query = one_line(request.GET.get("q", ""), 200)
    found: list[finding.Like] = []
    too_much = False
    if query:
        try:
            SEARCHES.take(client(request), clock())
            found = finding.find(query, reader=guest.reader, language=guest.language, limit=30)
        except TooMuch:
            too_much = True
    if query and not too_much and not guest.agent:
        visit = visit_of(request, "community", guest.language)
        if visit is not None:  # who is not followed leaves no row
            walking.asked(query, place="community", found=len(found), language=guest.language, visit=visit)
    rows = [
        {**shapes.row(one.topic, guest.language), "pieces": one.title, "snippet": one.snippet}
        for one in found
    ]
    page = show(
        request, guest, "community/search.html", section="community", query=query, rows=rows, too_much=too_much,
        status=429 if too_much else 200,
    )  # fmt: skip
    return keep(page, request)


@require_safe
@door
@for_all
def person(request: HttpRequest, guest: Guest, pk: int) -> HttpResponse:
    """A member as everybody may know him: his name, what he says of himself, what he said in the open here."""
    member = Member.objects.filter(pk=pk).first()
    if member is None:
        raise Http404
    topics = Topic.objects.readable_by(guest.reader)
    begun = topics.filter(begun_by=member).select_related("begun_by").order_by("-begun_at")[:20]
    said = Post.objects.readable_by(guest.reader).filter(member=member, first=False, parent=None)
    helped = said.filter(topic__accepted=F("pk"))
    return show(
        request, guest, "community/person.html", section="community", member=member, title=member.name,
        rows=[shapes.row(one, guest.language) for one in begun],
        answered=[
            {**shapes.row(one.topic, guest.language), "anchor": f"#post-{one.pk}", "best": one.topic.accepted_id == one.pk}
            for one in said.select_related("topic__space", "topic__begun_by").order_by("-at")[:20]
        ],
        counts={"topics": topics.filter(begun_by=member).count(), "answers": said.count(), "accepted": helped.count()},
    )  # fmt: skip


@require_safe
@door
def feed(request: HttpRequest, guest: Guest, slug: str) -> HttpResponse:
    """The newest topics of a space, as Atom (RFC 4287). A space that not everybody reads has one only for who is signed in."""
    found = _space(guest, slug)
    rows = list(
        Topic.objects.readable_by(guest.reader)
        .filter(space=found)
        .select_related("begun_by")
        .order_by("-begun_at")[:30]
    )
    firsts = {one.topic_id: one for one in Post.objects.filter(topic__in=rows, first=True, state=State.SHOWN)}
    entries = [
        {
            **shapes.row(one, guest.language),
            "html": firsts[one.pk].html if one.pk in firsts else "",
            "changed_at": one.changed_at,
        }
        for one in rows
    ]
    response = render(
        request, "community/feed.xml",
        {
            "space": found.named(guest.language), "text": found.described(guest.language), "entries": entries, "base_url": settings.BASE_URL,
            "self_url": request.path, "page_url": reverse("community_space", args=[guest.language, found.slug]),
            "updated": max((one.changed_at for one in rows), default=clock()),
        },
        content_type="application/atom+xml; charset=utf-8",
    )  # fmt: skip
    if guest.anonymous:
        response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """For programs that index the web: the spaces and topics that everyone may read, whoever asks; the newest of them."""
    spaces = Space.objects.readable_by(readers.ANYONE)
    rows = Topic.objects.readable_by(readers.ANYONE).order_by("-pk")
    paths = [(reverse("community_home", args=[one]), "") for one in Language.values if spaces]
    paths += [
        (reverse("community_space", args=[one, row.slug]), "") for row in spaces for one in Language.values
    ]
    paths += [
        (reverse("community_topic", args=[language, pk, slug]), at.isoformat())
        for pk, language, slug, at in rows.values_list("pk", "language", "slug", "changed_at")[:MOST_LISTED]
    ]
    entries = [
        f"<url><loc>{escape(settings.BASE_URL + path)}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>"
        for path, at in paths
    ]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{''.join(entries)}</urlset>"
    )
    response = HttpResponse(text, content_type="application/xml; charset=utf-8")
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_safe
@signed_in
def enter(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Signed in, and back to the community."""
    wish = request.GET.get("to", "")
    target = visible(guest, int(wish)) if wish.isascii() and wish.isdigit() and len(wish) < 18 else None
    if target is not None:
        return HttpResponseRedirect(shapes.address(steering.end_of(target), guest.language) + "#answer")
    return HttpResponseRedirect(reverse("community_home", args=[guest.language]))


@require_safe
@door
def history(request: HttpRequest, guest: Guest, pk: int) -> HttpResponse:
    """How a post read before: for its author and the team. Others see that, and when, it was changed; what it said while
    nobody had looked at it yet is not theirs to read."""
    post = post_of(guest, pk)
    if guest.agent is None and (guest.member is None or post.member_id != guest.member.pk):
        raise Http404
    return show(
        request, guest, "community/history.html", section="community", title=post.topic.title, post=post,
        back=shapes.address(post.topic, guest.language) + f"#post-{post.pk}", author=following.name_of(post),
        edits=[{"title": one.title, "html": one.html, "at": one.at, "team": one.by_agent_id is not None} for one in post.edits.order_by("-pk")],
    )  # fmt: skip


def post_of(guest: Guest, pk: int) -> Post:
    """A post that this guest may read, or his own."""
    rows = Post.objects.select_related("topic__space", "member", "agent__user", "parent")
    if guest.agent is not None:
        found = rows.filter(pk=pk).first()
    else:
        found = rows.filter(pk__in=Post.objects.readable_by(guest.reader).filter(pk=pk)).first()
        if found is None and guest.member is not None:
            found = rows.filter(
                pk=pk, member=guest.member, topic__space__in=Space.objects.readable_by(guest.reader)
            ).first()
    if found is None:
        raise Http404
    return found


__all__ = ["enter", "feed", "front", "history", "home", "person", "search", "space", "topic"]
