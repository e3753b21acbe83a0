"""What the index holds beside the words themselves (`search.table`). Written only by `search.keeping`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Texts = models.TextField[str, str]
else:
    Texts = models.TextField


class Plain(Texts):
    """A text that is compared byte by byte on both databases, so that words with one beginning stand together."""

    def db_type(self, connection: Any) -> str:
        return 'text COLLATE "C"' if connection.vendor == "postgresql" else "text"


class Entry(models.Model):
    """One thing to be found: an article in one language, a topic. Its id is made of kind and number (`search.keeping.number`),
    so that an index made anew is the same index."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=8)
    ref = models.BigIntegerField()  # Translation or topic
    language = models.CharField(max_length=2)
    codes = models.CharField(max_length=400, blank=True)  # who may find it; see search.audience
    marks = models.CharField(max_length=200, blank=True)  # what filters ask for
    words = models.TextField()  # with how often each stands in it; see search.entries.pack
    stems = models.TextField(default="")  # the same of their stems
    title = models.TextField()  # words of the title
    length = models.PositiveIntegerField()  # words, the title three times
    pieces = models.PositiveIntegerField()  # pieces of words


class Term(models.Model):
    """In how many entries something stands that readers of one kind may find. `name` is kind, reader's code, ":" and the thing:
    "s:" a stem, "s:^" a stem in a title, "g:" a piece, "w:" a word; "n:" all entries, "l:" all their words, "p:" pieces."""

    name = Plain(primary_key=True)
    number = models.BigIntegerField()


class Upkeep(models.Model):
    """Of which release the index is, and how far it is when it is made anew: one row. See `search.upkeep`."""

    version = models.PositiveIntegerField(default=0)
    after = models.BigIntegerField(default=0)  # the last Translation that is in
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
