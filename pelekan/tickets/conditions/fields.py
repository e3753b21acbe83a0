"""★ What a condition can ask of a ticket: each field with its kind, and which questions a kind knows.

`sets` says whether the question can be put to a whole table (a view, a scheduled rule); what is known only at the moment
something happens (the words of a message, whether the office is open) can be asked of one ticket alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of value a field has, which decides what can be asked of it."""

    CHOICE = "choice"  # one of a few: a word or the id of a row
    CHOICES = "choices"  # several at once
    NUMBER = "number"
    HOURS = "hours"  # a length of time since a moment, in hours
    WORDS = "words"  # what people wrote
    FLAG = "flag"  # true or false
    FACT = "fact"  # a word that someone else's system or a form gave


class Ask(StrEnum):
    """The questions. The value that goes with each: a list, a number, or nothing."""

    ONE_OF = "one_of"  # [values]
    NONE_OF = "none_of"
    ALL_OF = "all_of"
    AT_LEAST = "at_least"  # number
    AT_MOST = "at_most"
    EQUALS = "equals"
    HAS_ANY = "has_any"  # [words or phrases]
    HAS_ALL = "has_all"
    HAS_NONE = "has_none"
    YES = "yes"
    NO = "no"
    KNOWN = "known"
    UNKNOWN = "unknown"


ASKS: dict[Kind, tuple[Ask, ...]] = {
    Kind.CHOICE: (Ask.ONE_OF, Ask.NONE_OF, Ask.KNOWN, Ask.UNKNOWN),
    Kind.CHOICES: (Ask.ONE_OF, Ask.ALL_OF, Ask.NONE_OF, Ask.KNOWN, Ask.UNKNOWN),
    Kind.NUMBER: (Ask.AT_LEAST, Ask.AT_MOST, Ask.EQUALS),
    Kind.HOURS: (Ask.AT_LEAST, Ask.AT_MOST, Ask.KNOWN, Ask.UNKNOWN),
    Kind.WORDS: (Ask.HAS_ANY, Ask.HAS_ALL, Ask.HAS_NONE),
    Kind.FLAG: (Ask.YES, Ask.NO),
    Kind.FACT: (Ask.ONE_OF, Ask.NONE_OF, Ask.KNOWN, Ask.UNKNOWN),
}
LISTS = frozenset({Ask.ONE_OF, Ask.NONE_OF, Ask.ALL_OF, Ask.HAS_ANY, Ask.HAS_ALL, Ask.HAS_NONE})
NUMBERS = frozenset({Ask.AT_LEAST, Ask.AT_MOST, Ask.EQUALS})
ALONE = frozenset({Ask.YES, Ask.NO, Ask.KNOWN, Ask.UNKNOWN})
"""Questions that take a list, a number, nothing."""


@dataclass(frozen=True, slots=True)
class Field:
    """`values`: where its choices come from: "code" for fixed words, else the kind of row whose id is meant, or "number"
    for small numbers with names. `known`: it can be missing. `now`: its answer changes by waiting alone."""

    name: str
    kind: Kind
    values: str = ""
    sets: bool = True
    known: bool = False
    now: bool = False


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        # where it came from and stands
        Field("channel", Kind.CHOICE, "channel"),
        Field("inbox", Kind.CHOICE, "inbox"),
        Field("language", Kind.CHOICE, "language"),
        Field("status", Kind.CHOICE, "status"),
        Field("tier", Kind.CHOICE, "tier"),  # the level
        Field("team", Kind.CHOICE, "team"),
        Field("assignee", Kind.CHOICE, "agent", known=True),
        Field("registered", Kind.FLAG),
        Field("follow_up", Kind.FLAG),  # of a closed ticket
        # what it is
        Field("priority", Kind.NUMBER, "priority"),
        Field("impact", Kind.NUMBER, "degree"),
        Field("urgency", Kind.NUMBER, "degree"),
        Field(
            "category", Kind.CHOICES, "category", known=True
        ),  # its own, those above it, and further causes
        Field("kind", Kind.CHOICE, "request_kind", known=True),  # of the nearest category that has one
        Field("tags", Kind.CHOICES, "tag", known=True),
        Field("subject", Kind.WORDS),
        Field("text", Kind.WORDS, sets=False),  # subject and what was written just now
        # whose it is
        Field("customer", Kind.CHOICE, "customer"),
        Field("organization", Kind.CHOICE, "organization", known=True),
        Field(
            "importance", Kind.NUMBER, "importance"
        ),  # the customer's or his organization's, whichever is more
        # how it goes
        Field("alarm", Kind.NUMBER, "alarm"),
        Field("frustration", Kind.NUMBER),
        Field("round_trips", Kind.NUMBER),
        Field("reopened", Kind.NUMBER),
        Field("transfers", Kind.NUMBER),
        Field("answered", Kind.FLAG),  # by a person, at least once
        Field("age", Kind.HOURS, now=True),  # since it came
        Field("waiting", Kind.HOURS, known=True, now=True),  # since the customer waits for us
        Field("idle", Kind.HOURS, now=True),  # since anybody wrote
        Field("solved_for", Kind.HOURS, known=True, now=True),
        # only at the moment itself
        Field("event", Kind.CHOICE, "event", sets=False),
        Field("files", Kind.FLAG, sets=False),  # the message brought some
        Field("automatic", Kind.FLAG, sets=False),  # the message is an automatic one
        Field("office_open", Kind.FLAG, sets=False, now=True),
        Field("agents_online", Kind.NUMBER, sets=False, now=True),  # of its team
        Field("rating", Kind.NUMBER, "rating", sets=False),
    )
}
FACTS = ("customer_fact", "answer")
"""Fields with a name of their own behind a dot: `customer_fact.plan` from the customer's profile, `answer.can_work`
from the form that he filled in."""


def field_named(name: str) -> Field | None:
    """The field of this name; None when there is none. Facts are made up as they are named."""
    head, _, key = name.partition(".")
    if head in FACTS and key and len(key) <= 60:
        return Field(name, Kind.FACT, sets=head == "customer_fact", known=True)
    return FIELDS.get(name)
