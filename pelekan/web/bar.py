"""The bar above all pages for customers: help centre, community, own requests, and who is signed in."""

from __future__ import annotations

import contextlib
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pelekan.people.models import Customer


def sections(request: HttpRequest, customer: Customer | None, here: str = "") -> list[dict[str, Any]]:
    """[{label, href, current}]; `here` is the name of the section's address."""
    language = request.LANGUAGE_CODE
    found = [("help_home", _("Help"), reverse("help_home", args=[language]))]
    with contextlib.suppress(NoReverseMatch):  # an installation may leave it out
        found.append(("community_home", _("Community"), reverse("community_home", args=[language])))
    if customer is not None:
        found += [
            ("portal_home", _("My requests"), reverse("portal_home")),
            ("portal_new", _("New request"), reverse("portal_new")),
            ("portal_profile", _("Profile"), reverse("portal_profile")),
        ]
    elif getattr(request, "agent", None):
        found.append(("desk", _("To the desk"), reverse("desk")))
    else:
        found.append(("portal_sign_in", _("Sign in"), reverse("portal_sign_in")))
    return [{"label": label, "href": href, "current": here == name} for name, label, href in found]
