"""What a customer's browser told along with a problem that he reported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.browsers import browser_name


def facts(meta: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """What came along with a report: [(what, value, is it an address on the web)]. A stranger sent it: it stays text."""
    kept = meta.get("report")
    if not isinstance(kept, dict):
        return []
    page = str(kept.get("page") or "")
    shown = [
        (_("Page"), page or str(kept.get("title") or ""), page.startswith(("http://", "https://"))),
        (_("Browser"), browser_name(str(kept.get("browser") or "")), False),
        (_("Screen"), str(kept.get("screen") or ""), False),
        (_("Time zone"), str(kept.get("zone") or ""), False),
    ]
    return [one for one in shown if one[1]]
