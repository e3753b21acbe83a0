"""What the fields of a context pack are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

LABELS = {
    "problem": lazy("The problem"),
    "tried": lazy("What was tried"),
    "promised": lazy("What was promised"),
    "questions": lazy("Open questions of the customer"),
    "environment": lazy("Environment"),
    "reproduction": lazy("How to reproduce it"),
    "version": pgettext_lazy("software", "Version"),
    "issue": lazy("Link to the issue tracker"),
}
