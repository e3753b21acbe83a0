"""Why a ticket has its priority, in the reader's language: the coded reasons of `tickets.priority` as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pelekan.lib.text import isolate
from pelekan.tickets.forms import in_words, kind_of
from pelekan.tickets.models import Category

Reason = Mapping[str, Any]


def degree(value: int) -> str:
    """Impact or urgency in one word."""
    return {1: _("low"), 2: _("medium"), 3: _("high")}.get(value, "")


def short(reasons: Iterable[Reason]) -> str:
    """The one reason that a row of a list has room for; "" where none says much. Needs nothing but the reasons."""
    found = {one.get("code"): one for one in sorted(reasons, key=lambda one: int(one.get("value") or 0))}
    if (said := found.get("words")) is not None:
        return _("“%(words)s”") % {"words": isolate(str(said.get("words", "")))}
    if "lifted" in found:
        return _("Important customer")
    if "answer" in found:
        return _("By the customer's answers")
    if (said := found.get("category")) is not None and said.get("words"):
        return _("“%(words)s”") % {"words": isolate(_list(said["words"]))}
    if "repeat" in found:
        return _("Asks again")
    return ""


def sentences(
    reasons: Iterable[Reason], questions: Iterable[Mapping[str, Any]], language: str, dates: Any
) -> list[str]:
    """Each reason as a sentence, what was said of impact first. One query where a category speaks."""
    reasons = list(reasons)
    wanted = {one["category"] for one in reasons if one.get("code") == "category" and one.get("category")}
    names = dict(Category.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    by_name = {str(one.get("name")): one for one in questions}
    told = (_sentence(one, names, by_name, language, dates) for one in reasons)
    return [text for text in dict.fromkeys(told) if text]


def _sentence(one: Reason, names: dict[int, str], asked: Mapping[str, Any], language: str, dates: Any) -> str:
    code, impact = one.get("code"), one.get("axis") == "impact"
    values: dict[str, Any] = {"degree": degree(int(one.get("value") or 0))}
    if code == "words":
        values["words"] = isolate(str(one.get("words", "")))
        text = (
            _("Impact %(degree)s: the words “%(words)s”")
            if impact
            else _("Urgency %(degree)s: the words “%(words)s”")
        )
    elif code == "category":
        text = _by_category(one, impact)
        values |= {
            "name": isolate(names.get(one.get("category") or 0, "")),
            "words": isolate(_list(one.get("words") or ())),
        }
    elif code == "answer":
        question = asked.get(str(one.get("name")), {})
        values["question"] = isolate(in_words(question.get("label"), language, str(one.get("name"))))
        values["answer"] = isolate(answer_in_words(question, str(one.get("answer")), language))
        text = (
            _("Impact %(degree)s: answered “%(answer)s” to “%(question)s”")
            if impact
            else _("Urgency %(degree)s: answered “%(answer)s” to “%(question)s”")
        )
    elif code == "repeat":
        number = int(one.get("number") or 1)
        values["number"] = dates.digits(number)
        text = ngettext(
            "Urgency %(degree)s: %(number)s more open request of this customer lately",
            "Urgency %(degree)s: %(number)s more open requests of this customer lately",
            number,
        )
    elif code == "given":
        text = (
            _("Impact %(degree)s: the request came with it")
            if impact
            else _("Urgency %(degree)s: the request came with it")
        )
    else:
        text = _other(str(code))
    return text % values


def _by_category(one: Reason, impact: bool) -> str:
    if one.get("words"):
        return (
            _("Impact %(degree)s: the words “%(words)s” propose the category “%(name)s”")
            if impact
            else _("Urgency %(degree)s: the words “%(words)s” propose the category “%(name)s”")
        )
    return (
        _("Impact %(degree)s: the category “%(name)s”")
        if impact
        else _("Urgency %(degree)s: the category “%(name)s”")
    )


def _other(code: str) -> str:
    return {
        "usual": _("Nothing speaks for more or for less than usual."),
        "lifted": _("One step higher: the customer is important."),
        "not_lifted": _("Not lifted for an important customer: a question stays below a fault."),
        "chosen": _("An agent chose impact and urgency."),
        "rule": _("A rule set impact and urgency."),
    }.get(code, "")


def answer_in_words(question: Mapping[str, Any], answer: str, language: str) -> str:
    """A customer's answer as his form showed it, in the reader's language where there is one."""
    if question and kind_of(question) == "yes_no":
        return {"yes": pgettext("answer", "Yes"), "no": pgettext("answer", "No")}.get(answer, answer)
    options = [one for one in question.get("options") or () if isinstance(one, Mapping)] if question else []
    found = next((one for one in options if str(one.get("value")) == answer), None)
    if found is None or kind_of(question) == "number":
        return answer
    return in_words(found.get("label"), language, answer)


def _list(words: Iterable[str]) -> str:
    return _(", ").join(str(word) for word in words)
