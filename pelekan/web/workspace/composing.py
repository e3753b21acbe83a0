"""What the composer needs to know: how an answer can go out, to whom, and what was being written."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef

from pelekan.channels import marks
from pelekan.channels.models import Gateway
from pelekan.lib.phones import takes_sms
from pelekan.people.identify import mail_address
from pelekan.people.models import Agent, Customer
from pelekan.tickets.models import Channel, Draft, Inbox, Participant
from pelekan.web.reading import Reading
from pelekan.web.workspace.beside import mark_shape
from pelekan.web.workspace.pending import kept_files
from pelekan.web.workspace.prepared import Prepared
from pelekan.web.workspace.rich import cleaned

_DRAFTS = Prepared(
    lambda agent, pk: Draft.objects.filter(agent=agent, ticket_id=pk).values("kind", "html", "saw_id", "rest")
)

_MAIL = Prepared(
    lambda: (
        Inbox.objects.filter(channel="email", archived_at=None)
        .exclude(address="")
        .order_by("id")
        .values("id")[:1]
    )
)

_TEXTS = Prepared(
    lambda: (
        Gateway.objects.filter(inbox__archived_at=None)
        .order_by("inbox_id")
        .values("inbox_id", "most_parts")[:1]
    )
)
_NUMBER = Prepared(
    lambda talk: (
        Participant.objects.filter(conversation_id=talk)
        .exclude(confirmed_at=None)
        .order_by("id")
        .values("address", "conversation__inbox__gateway__most_parts")[:1]
    )
)
_PEOPLE = Prepared(
    lambda pk: (
        Participant.objects.filter(conversation__ticket_id=pk)
        .order_by("id")
        .values(
            "conversation_id", "address", "copied", "confirmed_at", mark=marks.newest_of(OuterRef("address"))
        )
    )
)


def _address_of(customer: int) -> list[str]:
    """The address of another customer, whose mail a join brought here."""
    found = mail_address(Customer.objects.get(pk=customer))
    return [found] if found else []


def composer(
    ticket: dict[str, Any], agent: Agent, side: dict[str, Any], lines: dict[str, Any], dates: Reading
) -> dict[str, Any]:
    """Ways are the conversations of the ticket, newest first, and mail where it could be opened. `via`, `to`, `cc` and
    `files` are those of an answer that was taken back."""
    drafts = {draft["kind"]: draft for draft in _DRAFTS(agent.pk, ticket["id"])}
    mailed = any(talk["channel"] == "email" for talk in side["talks"])
    people = _PEOPLE(ticket["id"]) if mailed else []
    ways = ways_of(side, people)
    marked = {way["address"]: way["mark"] for way in side["customer"]["ways"] if way["mark"]}
    found = marks.shown([one["mark"] for one in people if one["address"] not in marked])
    marked |= {address: mark_shape(row, dates) for address, row in found.items()}
    for way in ways:
        if way["channel"] == "email":
            way["marks"] = [marked[one] for one in way["to"].split(", ") if one in marked]
    reply, note = drafts.get("outgoing"), drafts.get("note")
    rest = reply["rest"] if reply else {}
    return {
        "via": rest.get("via", ""),
        "to": ", ".join(rest.get("to", ())),
        "cc": ", ".join(rest.get("cc", ())),
        "files": kept_files(agent, rest.get("files", []), dates),
        "ways": ways,
        "reply_html": cleaned(reply["html"]) if reply else "",
        "note_html": cleaned(note["html"]) if note else "",
        "mode": "note" if note and not reply else "reply",
        "saw_id": reply["saw_id"] if reply else lines["last_message"],
        "language": ticket["customer__language"],
    }


def ways_of(side: dict[str, Any], people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """[{id, channel, label, to, may_copy, most}]: `id` is a conversation's, or "mail-<inbox>" or "sms-<inbox>" to open
    one. `to` is a name, by mail the addresses that an answer goes to; `may_copy` are those whom others copied; `most`
    parts may a text message have, 0 elsewhere. `people` take part in the mail conversations."""
    names = dict(Channel.choices)
    mails = [way["address"] for way in side["customer"]["ways"] if way["kind"] == "email"]
    mails += [claim["address"] for claim in side["customer"]["claims"] if claim["kind"] == "email"]
    name = side["customer"]["name"]
    ways: list[dict[str, Any]] = []
    # who wrote last is answered first, whatever was said elsewhere meanwhile
    for talk in sorted(side["talks"], key=lambda talk: talk["asked"] or 0, reverse=True):
        if talk["channel"] == "phone":
            continue
        label = str(names.get(talk["channel"], talk["channel"]))
        if talk["channel"] == "sms":
            ways.append(_text_way(str(talk["id"]), label, _NUMBER.one(talk["id"])))
            continue
        way = {"id": str(talk["id"]), "channel": talk["channel"], "label": label, "most": 0}
        way["to"] = talk["customer__name"] or name
        if talk["channel"] == "email":
            here = [one for one in people if one["conversation_id"] == talk["id"]]
            usual = [one["address"] for one in here if one["confirmed_at"] and not one["copied"]]
            strange = talk["customer_id"] != side["customer"]["id"]
            way["to"] = ", ".join(usual or (_address_of(talk["customer_id"]) if strange else mails[:1]))
            way["may_copy"] = [one["address"] for one in here if one["copied"]]
        ways.append(way)
    if mails and not any(way["channel"] == "email" for way in ways):
        inbox = _MAIL.one()
        if inbox is not None:
            label = str(names["email"])
            ways.append(
                {"id": f"mail-{inbox['id']}", "channel": "email", "label": label, "to": mails[0], "most": 0}
            )
    if not any(way["channel"] == "sms" for way in ways) and (number := _number_in(side)):
        texts = _TEXTS.one()
        if texts is not None:
            known = {"address": number, "conversation__inbox__gateway__most_parts": texts["most_parts"]}
            ways.append(_text_way(f"sms-{texts['inbox_id']}", str(names["sms"]), known))
    return ways


def _text_way(key: str, label: str, found: dict[str, Any] | None) -> dict[str, Any]:
    found = found or {}
    most = found.get("conversation__inbox__gateway__most_parts") or 0
    return {"id": key, "channel": "sms", "label": label, "to": found.get("address", ""), "most": most}


def _number_in(side: dict[str, Any]) -> str:
    """The customer's first number that can take a text message: one that is his, else one that he typed."""
    both = [*side["customer"]["ways"], *side["customer"]["claims"]]
    numbers = (way["address"] for way in both if way["kind"] == "phone")
    return next((number for number in numbers if takes_sms(number)), "")
