"""Service levels as they stand in the rule books: each version is parsed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pelekan.sla.policies import Document, parse

KEPT = 64

_parsed: OrderedDict[int, tuple[Mapping[str, Any], Document]] = OrderedDict()


def read(book_id: int, body: Mapping[str, Any]) -> Document:
    """The document of a version that is, or was, in force: those never change."""
    known = _parsed.get(book_id)
    if known is not None and known[0] == body:
        return known[1]
    document = parse(body)
    _parsed[book_id] = body, document
    while len(_parsed) > KEPT:
        _parsed.popitem(last=False)
    return document
