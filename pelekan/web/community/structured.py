"""What search engines read beside the page: schema.org's QAPage for questions, DiscussionForumPosting for the others."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from markupsafe import Markup

from pelekan.knowledge.community.models import Kind, Topic
from pelekan.lib.html import to_text
from pelekan.web.community import shapes


def page(topic: Topic, first: dict[str, Any], answers: list[dict[str, Any]]) -> Markup:
    """JSON-LD, safe inside a script element: "<" is never written as such."""
    address = settings.BASE_URL + shapes.address(topic, topic.language)
    about: dict[str, Any] = {
        "name" if topic.kind == Kind.QUESTION else "headline": topic.title, "text": to_text(first["html"])[:5000],
        "dateCreated": first["at"].isoformat(), "author": _person(first),
    }  # fmt: skip
    shown = [one for one in answers if one["state"] == "shown"]
    if topic.kind == Kind.QUESTION:
        said = [_answer(one, address) for one in shown]
        accepted = [one for one, row in zip(said, shown, strict=True) if row["accepted"]]
        about |= {"@type": "Question", "answerCount": topic.answers, "upvoteCount": topic.votes}
        about["suggestedAnswer"] = [one for one in said if one not in accepted]
        if accepted:
            about["acceptedAnswer"] = accepted[0]
        data = {"@context": "https://schema.org", "@type": "QAPage", "mainEntity": about}
    else:
        about |= {
            "@context": "https://schema.org",
            "@type": "DiscussionForumPosting",
            "url": address,
            "datePublished": about["dateCreated"],
        }
        about["comment"] = [{**_answer(one, address), "@type": "Comment"} for one in shown]
        data = about
    text = json.dumps(data, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _answer(one: dict[str, Any], address: str) -> dict[str, Any]:
    return {
        "@type": "Answer", "text": to_text(one["html"])[:5000], "dateCreated": one["at"].isoformat(), "upvoteCount": one["votes"],
        "url": f"{address}#post-{one['id']}", "author": _person(one),
    }  # fmt: skip


def _person(one: dict[str, Any]) -> dict[str, str]:
    known = {
        "@type": "Organization" if one["team"] and not one["title"] else "Person",
        "name": one["author"] or "—",
    }
    return {**known, "url": settings.BASE_URL + one["person"]} if one["person"] else known
