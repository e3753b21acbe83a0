"""What is wrong with a troubleshooting tree, in words."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pelekan.knowledge import outlines
from pelekan.lib.text import isolate
from pelekan.web.admin.doors import behind


def said(faults: list[outlines.Fault]) -> list[dict[str, Any]]:
    """[{"line", "text"}]; line 0 for the whole."""
    words = {
        "none": _("There is no question yet."),
        "too_large": _("This tree is too large. Divide it into several articles."),
        "empty": _("Here a question has no words."),
        "twice": _("The name “%(at)s” is given twice."),
        "dead_end": _(
            "The answer “%(at)s” leads nowhere. Write below it what comes next, or where it goes: -> #name"
        ),
        "both": _("The answer “%(at)s” goes elsewhere and has lines below it. Keep one of both."),
        "two_ways": _("Below the answer “%(at)s” two things come at once. Only one can."),
        "nowhere": _("Nothing is named “%(at)s”."),
        "circle": _("From “%(at)s” nobody ever comes to an end."),
        "unreached": _("No answer leads to “%(at)s”."),
    }
    return [{"line": one.line, "text": words[one.why] % {"at": isolate(one.at)}} for one in faults]


@behind("work", "POST")
def check(request: HttpRequest) -> HttpResponse:
    """The tree of an outline as the reader walks it, and what is wrong with it: a part of the editor."""
    data, faults = outlines.parse(request.POST.get("outline", "")[:200_000])
    return render(request, "knowledge/tree_part.html", {"faults": said(faults), "nodes": drawn(data)})


def drawn(data: dict[str, Any]) -> int:
    """How many questions and ends there are."""
    return len(data.get("nodes") or {})
