"""The customer beside the ticket: who he is, what is known, what was before, and how the ticket stands."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pelekan.channels import marks
from pelekan.lib.browsers import browser_name
from pelekan.lib.text import initials
from pelekan.people.models import Agent, Claim, Identity, IdentityKind, Language
from pelekan.tickets.forms import in_words
from pelekan.tickets.models import Conversation, Follower, Message, Outcome, Stay, Tag, Ticket
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace import reasons
from pelekan.web.workspace.prepared import Prepared
from pelekan.web.workspace.reasons import answer_in_words

PAST = 8
ICON_OF = {"email": "email", "phone": "phone", "external": "portal", "visitor": "chat"}


_WAYS = Prepared(
    lambda customer: (
        Identity.objects.filter(customer=customer)
        .order_by("id")
        .values("kind", "address", "verified_at", "stopped_at", mark=marks.newest_of(OuterRef("address")))
    )
)
_CLAIMS = Prepared(
    lambda customer: Claim.objects.filter(customer=customer).order_by("id").values("kind", "address")
)
_ASKED = Message.objects.filter(conversation=OuterRef("pk"), kind="incoming").order_by("-id").values("id")[:1]
_TALKS = Prepared(
    lambda pk: (
        Conversation.objects.filter(ticket_id=pk)
        .order_by("-last_at")
        .values(
            "id", "channel", "state", "started_at", "accepted_at", "context", "customer_id", "customer__name",
            "inbox__questions",
            asked=Subquery(_ASKED),
        )
    )
)  # fmt: skip
_PAST = Prepared(
    lambda agent, customer, pk: (
        Ticket.objects.visible_to(agent)
        .filter(customer=customer)
        .exclude(pk=pk)
        .order_by("-last_at")
        .values("id", "number", "subject", "status", "channel", "last_at")[: PAST + 1]
    )
)
_TAGS = Prepared(lambda pk: Tag.objects.filter(tickets=pk).values("id", "name"))
_STAYS = Prepared(
    lambda pk: Stay.objects.filter(ticket_id=pk).values(
        "tier__level",
        "tier__name",
        "team__name",
        "entered_at",
        "left_at",
        "outcome",
        "why",
        "despite",
        "missing",
        "sent_from__name",
        "sent_by_id",
        "sent_by__user__name",
        "accepted_at",
        "accepted_by__user__name",
    )  # fmt: skip
)


_FOLLOWERS = Prepared(
    lambda pk: (
        Follower.objects.filter(ticket_id=pk).order_by("id").values("id", "customer_id", "customer__name")
    )
)


def beside(ticket: dict[str, Any], agent: Agent, dates: Reading) -> dict[str, Any]:
    """Queries: ways to reach him, claims, conversations, earlier tickets, tags, stays."""
    customer_id, pk = ticket["customer_id"], ticket["id"]
    ways, claims, talks = _WAYS(customer_id), _CLAIMS(customer_id), _TALKS(pk)
    marked = marks.shown([way["mark"] for way in ways])
    known = {(way["kind"], way["address"]) for way in ways}
    past = _PAST(agent, customer_id, pk)
    return {
        "customer": {
            "id": customer_id,
            "name": ticket["customer__name"],
            "initials": initials(ticket["customer__name"]),
            "language": str(dict(Language.choices).get(ticket["customer__language"], "")),
            "language_code": ticket["customer__language"],
            "organization": ticket["customer__organization__name"] or ticket["organization__name"] or "",
            "since": ticket["customer__created_at"],
            "notes": ticket["customer__notes"],
            "facts": list((ticket["customer__facts"] or {}).items())[:30],
            "ways": [
                {
                    **way,
                    "sign": ICON_OF[way["kind"]],
                    "verified": way["verified_at"] is not None,
                    "mark": mark_shape(marked.get(way["address"]), dates),
                }
                for way in ways
                if way["kind"] != IdentityKind.VISITOR
            ],
            "claims": [
                {**claim, "sign": ICON_OF[claim["kind"]]}
                for claim in claims
                if (claim["kind"], claim["address"]) not in known
            ],
        },
        "talks": talks,
        "followers": _FOLLOWERS(pk) if ticket["followed_at"] else [],
        "came_from": came_from(talks),
        "past": [{**one, "url": url("desk_ticket", one["id"])} for one in past[:PAST]],
        "past_more": len(past) > PAST,
        "tags": _TAGS(pk),
        "stays": _stays(pk, dates),
        "category": " › ".join(
            name
            for name in (
                ticket["category__parent__parent__name"],
                ticket["category__parent__name"],
                ticket["category__name"],
            )
            if name
        ),
        "impact": ticket["impact"],
        "urgency": ticket["urgency"],
        "priority": ticket["priority"],
        "causes": ticket["causes_count"] or 0,
        "why": reasons.short(ticket["reasons"]),
        "suggested": ticket["assessed_at"] is None and bool(ticket["reasons"]),
        "created_at": ticket["created_at"],
        "registered_at": ticket["registered_at"],
        "inbox": ticket["inbox__name"],
        "follows": {"id": ticket["follows_id"], "number": ticket["follows__number"]},
    }


def mark_shape(row: dict[str, Any] | None, dates: Reading) -> dict[str, Any] | None:
    """A mark on an address as screens show it: {id, short, text, silent}."""
    if row is None:
        return None
    return {
        "id": row["id"],
        "kind": row["kind"],
        "short": marks.short(row["kind"]),
        "text": marks.sentence(row, dates.date(row["at"])),
        "silent": row["kind"] in marks.SILENT,
    }


def came_from(talks: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The page and the browser of the newest chat; anything a stranger sent stays text, only web links live."""
    for talk in talks:
        context = talk["context"]
        if not isinstance(context, dict) or not context:
            continue
        page = str(context.get("page", "") or context.get("url", ""))
        known = {"page", "url", "title", "referrer", "browser", "answers", "language", "zone", "screen"}
        given = context.get("answers")
        answers: dict[str, Any] = given if isinstance(given, dict) else {}
        more = {key: value for key, value in context.items() if key not in known}
        return {
            "page": page,
            "link": page if page.startswith(("https://", "http://")) else "",
            "title": str(context.get("title", "")),
            "referrer": str(context.get("referrer", "")),
            "browser": browser_name(str(context.get("browser", ""))),
            "answers": [
                shown_answer(talk["inbox__questions"], str(key), str(value))
                for key, value in {**more, **answers}.items()
                if isinstance(value, str | int | float | bool) and str(value)
            ][:20],
        }  # fmt: skip
    return None


def shown_answer(questions: list[dict[str, Any]], name: str, answer: str) -> tuple[str, str]:
    """A question and its answer as the reader knows them; what no form asks any more stays as it came."""
    language = get_language() or "en"
    question = next((one for one in questions or () if one.get("name") == name), {})
    own = {"read_before": _("Read before asking"), "found_out": _("Found out so far")}
    return in_words(question.get("label"), language, own.get(name, name)), answer_in_words(
        question, answer, language
    )


def _stays(pk: int, dates: Reading) -> list[dict[str, Any]]:
    outcomes = dict(Outcome.choices)
    own = {"arrived": _("arrived"), "reopened": _("reopened")}
    return [
        {
            "level": stay["tier__level"],
            "tier": stay["tier__name"],
            "team": stay["team__name"],
            "entered_at": stay["entered_at"],
            "length": dates.span((stay["left_at"] or dates.now) - stay["entered_at"]),
            "outcome": str(outcomes.get(stay["outcome"], "")),
            "why": own.get(stay["why"], stay["why"]),
            "here": stay["left_at"] is None,
            "left_at": stay["left_at"],
            "outcome_key": stay["outcome"],
            "sent_from": stay["sent_from__name"] or "",
            "sent_by_id": stay["sent_by_id"],
            "sent_by": stay["sent_by__user__name"] or "",
            "accepted_at": stay["accepted_at"],
            "accepted_by": stay["accepted_by__user__name"] or "",
            "despite": stay["despite"],
            "missing": stay["missing"],
        }
        for stay in _STAYS(pk)
    ]
