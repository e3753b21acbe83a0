"""What is told is chosen here: by customers for themselves, by admins for an inbox, in whose words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pelekan.lib.secrets import sign, verify
from pelekan.lib.text import clean_controls
from pelekan.people.models import Agent, Customer, Language
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Inbox, NoticeChoice, NoticeText
from pelekan.tickets.notices import texts, words
from pelekan.tickets.notices.rules import OPTIONAL, RULES, Kind, Way
from pelekan.tickets.shaping.values import CannotBe, require

PURPOSE = "notices-off"
SWITCHED = tuple(kind for kind in RULES if kind not in (Kind.RECEIVED, Kind.ANSWER))
"""What an inbox may leave out; its receipt has a switch of its own, the answer is no notice."""


# Customers


def choices_of(customer: int) -> tuple[list[str], list[str]]:
    """What a customer switched off, and what he wants besides; one query."""
    row = NoticeChoice.objects.filter(customer=customer).values_list("off", "on").first()
    return row or ([], [])


@action
def choose(
    customer: Customer, off: Iterable[str], on: Iterable[str] = (), *, now: datetime | None = None
) -> None:
    """Keep what `customer` does not want, and what he wants by SMS besides, as "kind:way"; what is none of the choices
    is ignored."""
    possible = {f"{kind}:{way}" for kind in RULES for way in Way if kind in OPTIONAL or way != Way.EMAIL}
    wanted = sorted(set(off) & possible), sorted(set(on) & possible)
    row = NoticeChoice.objects.filter(customer=customer).first() or NoticeChoice(customer=customer)
    if (row.off, row.on) == wanted:
        return
    row.off, row.on = wanted
    row.save()
    record(
        "customer.chose_notices", by=customer, at=now, topics=[f"customer:{customer.pk}"], off=row.off, on=row.on
    )  # fmt: skip


@action
def switch_off(customer: Customer, kinds: Iterable[str], way: str, *, now: datetime | None = None) -> None:
    """No more of these by this way: the link in a mail."""
    off, on = choices_of(customer.pk)
    choose(customer, [*off, *(f"{kind}:{way}" for kind in kinds)], on, now=now)


def off_token(customer: int, kinds: Collection[str]) -> str:
    """What an opt-out link holds: it ends these kinds of mail to this customer and can do nothing else."""
    subject = f"{customer}-{'.'.join(kinds)}"
    return f"{subject}-{sign(PURPOSE, subject, settings.SECRET_KEY)}"


def opted_out(token: str) -> tuple[Customer, tuple[Kind, ...]] | None:
    """Who wants no more of what; None for a token that this desk didn't make."""
    subject, _dash, signature = token.rpartition("-")
    if not verify(PURPOSE, subject, signature, settings.SECRET_KEY):
        return None
    number, _dash, kinds = subject.partition("-")
    customer = Customer.objects.filter(pk=int(number)).first()
    if customer is None:
        return None
    return customer, tuple(Kind(kind) for kind in kinds.split("."))


# Admins


@action
def silence(inbox: Inbox, kinds: Iterable[str], *, by: Agent, now: datetime | None = None) -> None:
    """The notices that customers of this inbox don't get."""
    require(by, "settings")
    silent = [str(kind) for kind in SWITCHED if kind in set(kinds)]
    if silent == inbox.silent:
        return
    before, inbox.silent = inbox.silent, silent
    inbox.save(update_fields=["silent"])
    record(
        "inbox.changed", by=by, at=now, topics=["desk"], inbox=inbox.pk, title=inbox.name,
        changed={"silent": silent}, before={"silent": before},
    )  # fmt: skip


@action
def save_text(
    kind: str, language: str, *, by: Agent, full: str = "", short: str = "", now: datetime | None = None
) -> None:
    """Keep the desk's own words; "" means the default. The former ones stay in the log. CannotBe names a placeholder
    that is unknown, in the field `full_fa`, `short_en`, ….."""
    require(by, "settings")
    if kind not in set(RULES) or language not in Language.values:
        raise CannotBe("", _("There is no such notice."))
    said = {"full": clean_controls(full).strip(), "short": clean_controls(short).strip()}
    for form, text in said.items():
        if problem := fault_of(text, form):
            raise CannotBe(f"{form}_{language}", problem)
    row = NoticeText.objects.filter(kind=kind, language=language).first()
    transaction.on_commit(words.forget)
    before = {"full": row.full, "short": row.short} if row else {"full": "", "short": ""}
    if before == said:
        return
    if not any(said.values()):
        NoticeText.objects.filter(kind=kind, language=language).delete()
    else:
        NoticeText.objects.update_or_create(kind=kind, language=language, defaults=said)
    record(
        "notice_text.changed" if any(said.values()) else "notice_text.reset",
        by=by, at=now, topics=["desk"], title=f"{kind} ({language})", kind=kind, language=language, text=said, before=before,
    )  # fmt: skip


def fault_of(text: str, form: str) -> str:
    """What keeps `text` from being a notice's, in the reader's language; "" when nothing does."""
    if len(text) > texts.LONGEST[form]:
        return _("This text is too long; at most %(number)s characters.") % {"number": texts.LONGEST[form]}
    try:
        texts.check(text, form)
    except texts.BadText as bad:
        known = " ".join(f"{{{name}}}" for name in bad.known)
        if not bad.word:
            return _("A brace stands alone. Placeholders are written like these: %(known)s") % {
                "known": known
            }
        return _("There is no placeholder {%(word)s}. These can be used: %(known)s") % {
            "word": bad.word,
            "known": known,
        }
    return ""
