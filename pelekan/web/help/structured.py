"""★ What search engines read of a page: schema.org in JSON-LD. A data block, not a script: no policy has to let it run."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

_SAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}

Data = dict[str, Any]


def block(*things: Data) -> Markup:
    """The element for the head; nothing in it can end it."""
    graph = {"@context": "https://schema.org", "@graph": list(things)}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_SAFE)
    return Markup('<script type="application/ld+json">' + text + "</script>")


def crumbs(steps: list[tuple[str, str]]) -> Data:
    """[(name, address)], from the front page on."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(steps, 1)
        ],
    }


def article(
    *, title: str, summary: str, language: str, address: str, first: str, changed: str, publisher: str
) -> Data:
    return {
        "@type": "Article", "headline": title[:110], "description": summary, "inLanguage": language,
        "mainEntityOfPage": address, "url": address, "datePublished": first, "dateModified": changed,
        "publisher": {"@type": "Organization", "name": publisher},
    }  # fmt: skip


def faq(pairs: list[tuple[str, str]], language: str, address: str) -> Data:
    """[(question, plain answer)]."""
    return {
        "@type": "FAQPage", "inLanguage": language, "url": address,
        "mainEntity": [
            {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
            for question, answer in pairs
        ],
    }  # fmt: skip


def how_to(title: str, summary: str, steps: list[tuple[str, str]], language: str, address: str) -> Data:
    """[(title, plain text)]."""
    return {
        "@type": "HowTo", "name": title, "description": summary, "inLanguage": language, "url": address,
        "step": [
            {"@type": "HowToStep", "position": place, "name": name or text[:80], "text": text or name}
            for place, (name, text) in enumerate(steps, 1)
        ],
    }  # fmt: skip


def site(name: str, address: str, search: str, language: str) -> Data:
    return {
        "@type": "WebSite", "name": name, "url": address, "inLanguage": language,
        "potentialAction": {
            "@type": "SearchAction", "target": search + "?q={search_term_string}",
            "query-input": "required name=search_term_string",
        },
    }  # fmt: skip
