"""My requests: the list, one request, answering it, and a new one."""

from __future__ import annotations

import base64
import binascii
import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.live.signed import make_ticket
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer
from pelekan.sla import promising
from pelekan.tickets import actions, feed, joined
from pelekan.tickets.following import acts
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Category, Inbox, Ticket
from pelekan.tickets.notices import rating
from pelekan.tickets.states import OPEN_STATES, Act, NotPossible, Status, possible
from pelekan.web.deflection import beside
from pelekan.web.help import carrying
from pelekan.web.opening import closed_words
from pelekan.web.portal import (
    colleagues,
    departments,
    finding,
    following,
    open_ones,
    promise,
    shapes,
    writing,
)
from pelekan.web.portal.asking import ask
from pelekan.web.portal.doors import customer_in, customers, portal_page, ticket_of, ticket_read_by
from pelekan.web.portal.notices import rating_part
from pelekan.web.reading import Reading

PAGE = 20
LIVE_FOR = 900  # seconds that a stream ticket holds
WRITES = Limit(30, timedelta(minutes=10))  # answers and new requests of one customer

IN_WORK = Q(status__in=OPEN_STATES) | Q(joined_into__status__in=OPEN_STATES)


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The list of the signed-in customer's requests; others are asked to sign in."""
    customer = customer_in(request)
    if customer is None:
        return HttpResponseRedirect(reverse("portal_sign_in"))
    live_id = feed.resume_id()
    state = request.GET.get("state", "")
    state = state if state in ("done", "all") else "open"
    shared = Ticket.objects.lent_to(customer)
    # who is shared nothing may still have been added to single requests
    shares = not Ticket.objects.shared_with(customer).query.is_empty() or shared.exists()
    whose = "colleagues" if request.GET.get("whose") == "colleagues" and shares else "mine"
    listed = shared.select_related("joined_into", "customer") if whose == "colleagues" else _listed(customer)
    query = one_line(request.GET.get("q", ""), 200)
    if query:
        listed, state = finding.find(listed, query), "all"
    context = {**_rows(request, listed, state, whose, query), "state": state, "whose": whose, "query": query}
    if request.headers.get("HX-Request") == "true":
        return render(request, "portal/_rows.html", context)
    return portal_page(
        request,
        "portal/home.html",
        section="portal_home",
        live_id=live_id,
        topic=f"customer:{customer.pk}",
        shares=shares,
        counts={"open": listed.filter(IN_WORK).count(), "done": listed.exclude(IN_WORK).count()},
        **context,
    )


def _listed(customer: Customer) -> QuerySet[Ticket]:
    """His requests. One that was joined into another of his is shown there."""
    mine = Ticket.objects.of_customer(customer).select_related("joined_into")
    return mine.exclude(joined_into__isnull=False, joined_into__customer=customer)


def _rows(
    request: HttpRequest, listed: QuerySet[Ticket], state: str, whose: str, query: str
) -> dict[str, Any]:
    found = listed.order_by("-last_at", "-id")
    if state != "all":
        found = found.filter(IN_WORK) if state == "open" else found.exclude(IN_WORK)
    tickets = list(_after(found, request.GET.get("after", ""))[: PAGE + 1])
    more = ""
    if len(tickets) > PAGE:
        kept = {"state": state, "after": _key(tickets[PAGE - 1])}
        kept |= {"whose": whose} if whose != "mine" else {}
        kept |= {"q": query} if query else {}
        more = f"{reverse('portal_home')}?{urlencode(kept)}"
    dates = reading(request)
    rows = [
        {**shapes.row(ticket, dates), "who_asked": ticket.customer.name if whose == "colleagues" else ""}
        for ticket in tickets[:PAGE]
    ]
    return {"rows": rows, "more": more}


def _key(ticket: Ticket) -> str:
    return base64.urlsafe_b64encode(f"{ticket.last_at.isoformat()} {ticket.pk}".encode()).decode()


def _after(found: QuerySet[Ticket], key: str) -> QuerySet[Ticket]:
    """What comes after the row of this key; everything for a key that is none."""
    try:
        moment, _blank, pk = base64.urlsafe_b64decode(key.encode()).decode().partition(" ")
        at, number = datetime.fromisoformat(moment), int(pk)
    except (ValueError, binascii.Error):
        return found
    return found.filter(Q(last_at__lt=at) | Q(last_at=at, id__lt=number)) if at.tzinfo else found


# ── one request ───────────────────────────────────────────────────────────────────────────────────────────────


@require_GET
@customers
def show(request: HttpRequest, customer: Customer, number: int) -> HttpResponse:
    """The request with what was said; as a fragment for htmx: the part that changes, or earlier messages."""
    ticket = ticket_read_by(customer, number)
    if (
        ticket.customer_id == customer.pk
        and (there := joined.end_of(ticket)).pk != ticket.pk
        and there.customer_id == customer.pk
    ):
        return _to(there, "")
    before = request.GET.get("before", "")
    if request.headers.get("HX-Request") == "true":
        template = "portal/_timeline.html" if before else "portal/_request.html"
        return render(
            request,
            template,
            request_part(request, ticket, whole(before), reader=customer),
        )
    return request_page(request, customer, ticket)


def request_page(
    request: HttpRequest,
    customer: Customer,
    ticket: Ticket,
    written: writing.Written | None = None,
    before: int = 0,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Its whole page; `more` is what a form on it has to say."""
    live_id = feed.resume_id()
    part = {**request_part(request, ticket, before, reader=customer), **(more or {})}
    return portal_page(
        request,
        "portal/request.html",
        section="portal_home",
        form=written.form() if written else empty_form(),
        status=422 if written or more else 200,
        live_id=live_id,
        live_url=f"{reverse('portal_live')}?request={ticket.number}",
        topics=" ".join(_topics(customer, ticket)),
        **part,
    )


def request_part(
    request: HttpRequest,
    ticket: Ticket,
    before: int = 0,
    *,
    guest: bool = False,
    reader: Customer | None = None,
) -> dict[str, Any]:
    """What a request's page shows and fetches again when something happens. A colleague (`reader`) reads; who was
    added to it answers too; neither settles nor rates."""
    dates = reading(request)
    colleague = reader is not None and reader.pk != ticket.customer_id
    follows_it = reader is not None and colleague and _follows(reader, ticket)
    acting = not guest and not colleague
    part = shapes.timeline(
        ticket, dates, before=before, signed=guest, reader=reader.pk if reader else ticket.customer_id
    )
    if follows_it and reader is not None and not before:
        acts.looked(ticket, reader)
    if not before and not colleague:
        _mark_read(ticket)
    base = (
        reverse("portal_guest", args=[ticket.pk])
        if guest
        else reverse("portal_request", args=[ticket.number])
    )
    can = possible(ticket.status)  # none of a joined one: it may be another customer's too
    closed = joined.end_of(ticket).status == "closed"
    promised = promising.of_ticket(joined.end_of(ticket)) if ticket.first_answer_at is None else None
    return {
        "ticket": {
            "number": ticket.number,
            "subject": ticket.subject,
            "created_at": ticket.registered_at or ticket.created_at,
            "closed": closed,
        },
        "follows": _number_of(ticket.follows_id, ticket),
        "standing": shapes.standing(ticket, dates, promised),
        "stairs": shapes.stairs(ticket, promised),
        "timeline": part,
        "earlier_url": f"{base}?before={part['first']}" if part["earlier"] else "",
        "part_url": base,
        "answer_url": f"{base}answer/",
        "settle_url": "" if not acting else f"{base}settle/",
        "can_solve": acting and Act.SOLVE in can,
        "can_reopen": acting and Act.REOPEN in can,
        "can_confirm": acting and ticket.status == Status.SOLVED and Act.CLOSE in can,
        "guest": guest,
        "rate_url": "" if colleague else f"{base}answers/",
        "rating": None if colleague else rating_part(ticket),
        "colleague": (ticket.customer.name or _("A colleague of yours")) if colleague else "",
        "follows_it": follows_it,
        "answers": not colleague or follows_it,
        **(following.shown(ticket, reader) if acting and reader is not None else {}),
        "seen_by": colleagues.seen_by(ticket, reader) if reader is not None and not colleague else None,
    }


def _follows(reader: Customer, ticket: Ticket) -> bool:
    return Ticket.objects.followed_by(reader).filter(pk=ticket.pk).exists()


def _number_of(pk: int | None, ticket: Ticket) -> int | None:
    """The number of the request that this one follows, if it is the same customer's."""
    if pk is None:
        return None
    earlier = Ticket.objects.of_customer(ticket.customer).filter(pk=pk)
    return earlier.values_list("number", flat=True).first()


def _mark_read(ticket: Ticket) -> None:
    """The agents see that it was read."""
    threads = joined.talks(ticket).filter(customer=ticket.customer_id).annotate(
        newest=Max("messages__id", filter=Q(messages__kind="outgoing"))
    )  # fmt: skip
    for thread in threads:
        if thread.newest and thread.newest > thread.customer_read_id:
            actions.mark_read(thread, thread.newest, by=ticket.customer)


@require_POST
@customers
def answer(request: HttpRequest, customer: Customer, number: int) -> HttpResponse:
    """Answer; what a closed request gets becomes a new one."""
    ticket = ticket_read_by(customer, number)
    own = ticket.customer_id == customer.pk
    if not own and not _follows(customer, ticket):
        raise Http404
    written = writing.read(request, f"customer:{customer.pk}")
    if "text" not in written.errors and "files" not in written.errors:
        try:
            WRITES.take(customer.pk, clock())
            answer_it = actions.answer if own else acts.answer
            message = answer_it(
                ticket,
                by=customer,
                text=written.text,
                attachment_ids=written.file_ids,
                client_id=written.client_id,
            )
            went_on = message.ticket_id == joined.end_of(ticket).pk
            return _to(ticket if went_on else message.ticket, f"sent-answer-{number}")
        except TooMuch:
            written.errors["text"] = slow_down()
    return request_page(request, customer, ticket, written)


@require_POST
@customers
def settle(request: HttpRequest, customer: Customer, number: int) -> HttpResponse:
    """The customer says that it is solved, or that it is not."""
    ticket = ticket_of(customer, number)
    try:
        if request.POST.get("act") == "solve":
            actions.solve(ticket, by=customer, because="the customer says that it is solved")
        elif request.POST.get("act") == "reopen":
            actions.reopen(ticket, by=customer, because="the customer says that it is not solved")
        elif request.POST.get("act") == "confirm" and ticket.status == Status.SOLVED:
            actions.close(ticket, by=customer, because="really solved")
    except NotPossible:
        pass  # a colleague or a second tab was quicker; the page shows how it stands
    return _to(ticket, "")


@require_POST
@customers
def who_sees(request: HttpRequest, customer: Customer, number: int) -> HttpResponse:
    """The customer keeps his request to himself, or lets his colleagues see it."""
    ticket = ticket_of(customer, number)
    actions.keep_private(ticket, by=customer, private=request.POST.get("only_me") == "1")
    return _to(ticket, "")


@require_POST
@customers
def rate_answer(request: HttpRequest, customer: Customer, number: int, message: int) -> HttpResponse:
    """The customer says whether one answer helped him; as a fragment for htmx: what stands below it then."""
    ticket = ticket_of(customer, number)
    page = reverse("portal_request", args=[number])
    return rate_one(request, ticket, message, page, f"rate:{customer.pk}")


def rate_one(request: HttpRequest, ticket: Ticket, message: int, page: str, whose: str) -> HttpResponse:
    """What the customer of `ticket` says of one answer, on its page at `page`; `whose` is counted by the limits."""
    answer = joined.public(ticket).select_related("agent__user").filter(pk=message).first()
    if answer is None:
        raise Http404
    said = request.POST.get("helped", "")
    try:
        WRITES.take(whose, clock())
        if said in ("yes", "no"):
            words = request.POST.get("words")
            rating.rate_answer(answer, by=ticket.customer, helpful=said == "yes", words=words)
    except TooMuch:
        return HttpResponse(slow_down(), status=429, content_type="text/plain")
    except ValueError:
        raise Http404 from None
    if request.headers.get("HX-Request") == "true":
        answer.refresh_from_db(fields=["meta"])
        item = {"id": answer.pk, "rated": answer.meta.get("rated")}
        return render(
            request, "portal/_helped.html", {"item": item, "rate_url": f"{page}answers/", "just": True}
        )
    return HttpResponseRedirect(f"{page}#m{answer.pk}")


# ── a new request ─────────────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
@customers
def new(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Ask for something, at a department. Facts give impact and urgency; nobody chooses a priority."""
    inbox = Inbox.objects.filter(channel="portal", archived_at=None).order_by("pk").first()
    teams = {team.pk: team for team in departments.offered()}
    categories = categories_of(request.LANGUAGE_CODE)
    asked = ask(request, inbox)
    along = carrying.carried(request)
    written: writing.Written | None = None
    if request.method == "POST" and inbox is not None:
        written = writing.read(request, f"customer:{customer.pk}")
        chosen, category_id = request.POST.get("team", ""), request.POST.get("category", "")
        team = teams.get(whole(chosen))
        if teams and team is None:
            written.errors["team"] = _("Choose who should answer.")
        subject = one_line(request.POST.get("subject", ""), 250)
        if not subject:
            written.errors["subject"] = _("Say in a few words what it is about.")
        category = next((one for one in categories if str(one["id"]) == category_id), None)
        if not written.errors and not asked.errors and not asked.more:
            if (answers := beside.between(request, written.form()["kept"])) is not None:
                return answers
            try:
                WRITES.take(customer.pk, clock())
                message = actions.receive(
                    Incoming(
                        inbox_id=inbox.pk,
                        channel="portal",
                        customer_id=customer.pk,
                        text=written.text,
                        subject=subject,
                        language=request.user.language,  # type: ignore[union-attr]
                        client_id=written.client_id,
                        attachment_ids=written.file_ids,
                        team_id=team.pk if team else None,
                        category_id=category["id"] if category else None,
                        context={
                            **({"answers": asked.answers} if asked.answers else {}),
                            **(along.context() if along else {}),
                        },
                    )  # fmt: skip
                )
                ticket = Ticket.objects.get(pk=message.ticket_id)
                beside.registered(request, ticket)
                carrying.went_on(request, along, ticket)
                if "only_me" in request.POST:
                    actions.keep_private(ticket, by=customer)
                return _to(ticket, "sent-new")
            except TooMuch:
                written.errors["text"] = slow_down()
    form = written.form() if written else empty_form()
    return portal_page(
        request,
        "portal/new.html",
        section="portal_new",
        inbox=inbox is not None,
        open_ones=open_ones.shown(_listed(customer).filter(IN_WORK), reading(request)),
        shared_with=colleagues.readers(customer),
        mail=Inbox.objects.filter(channel="email", archived_at=None).exclude(address="").first() if not inbox else None,
        teams=departments.shapes(list(teams.values()), inbox, request.LANGUAGE_CODE, request.dates, clock()),  # type: ignore[attr-defined]
        categories=[(one["id"], one["path"]) for one in categories],
        promise=promise.words(request, customer, request.POST),
        closed=closed_words(inbox, request.dates, clock()) if inbox else "",  # type: ignore[attr-defined]
        questions=asked,
        along=along,
        form={
            **form, "team": request.GET.get("team", ""),
            **{name: request.POST[name] for name in ("subject", "team", "category", "offer", "only_me") if name in request.POST},
        },
        status=422 if written else 200,
    )  # fmt: skip


def categories_of(language: str) -> list[dict[str, Any]]:
    """Those that can be chosen, each with the path to it in the customer's language."""
    found = {one.pk: one for one in Category.objects.filter(archived_at=None)}
    paths: dict[int, str] = {}
    for one in found.values():  # in the order of levels: parents first
        above = paths.get(one.parent_id, "") if one.parent_id else ""
        if one.parent_id and not above:
            continue  # below an archived one
        name = one.named(language)
        paths[one.pk] = f"{above} › {name}" if above else name
    return sorted(
        ({"id": pk, "path": path} for pk, path in paths.items()), key=lambda shape: str(shape["path"])
    )


# ── shared ────────────────────────────────────────────────────────────────────────────────────────────────────


@require_GET
def live_ticket(request: HttpRequest) -> JsonResponse:
    """A stream ticket for what concerns this customer, and nothing else."""
    customer = customer_in(request)
    if customer is None:
        return JsonResponse({}, status=401)
    topics = [f"customer:{customer.pk}"]
    if number := whole(request.GET.get("request", "")):
        ticket = Ticket.objects.read_by(customer).filter(number=number).first()
        topics = _topics(customer, ticket) if ticket is not None else topics
    made = make_ticket(settings.SECRET_KEY, topics[0], topics, LIVE_FOR)
    return JsonResponse({"ticket": made, "topics": topics, "ttl": LIVE_FOR})


def _topics(customer: Customer, ticket: Ticket) -> list[str]:
    """What the page of a request listens to: what concerns the reader; of a colleague's request its conversations too,
    never the colleague himself, who has other requests."""
    topics = [f"customer:{customer.pk}"]
    if ticket.customer_id != customer.pk:
        newest = joined.talks(ticket).order_by("-pk").values_list("pk", flat=True)[:50]
        topics += [f"conversation:{pk}" for pk in sorted(newest)]
    return topics


def reading(request: HttpRequest) -> Reading:
    return Reading(request.dates)  # type: ignore[attr-defined]


def whole(text: str) -> int:
    """A row's id from an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def empty_form() -> dict[str, Any]:
    """A form that nobody has filled yet; its id makes sending it twice harmless."""
    return {"text": "", "client_id": uuid.uuid4().hex, "errors": {}, "kept": []}


def slow_down() -> str:
    return _("That was a lot at once. Wait some minutes and send it again; nothing is lost.")


def _to(ticket: Ticket, mark: str) -> HttpResponse:
    address = reverse("portal_request", args=[ticket.number])
    return HttpResponseRedirect(f"{address}#{mark}" if mark else address)
