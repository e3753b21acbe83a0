"""The forms of customers and organizations."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as lazy

from pelekan.people.models import Language, Organization
from pelekan.web.admin.fields import Text, Words, choice

IMPORTANCE = [
    (0, lazy("Usual")),
    (1, lazy("Important")),
    (2, lazy("Very important")),
    (3, lazy("Key customer")),
]


class CustomerForm(forms.Form):
    name = Text(lazy("Name"), longest=160, required=False)
    language = choice(lazy("Language"), Language.choices)
    notes = Text(
        lazy("Notes"), longest=20_000, rows=5, required=False, help_text=lazy("Only colleagues read them.")
    )


class ManagedCustomerForm(CustomerForm):
    organization = forms.ModelChoiceField(
        Organization.objects.all(), label=lazy("Organization"), required=False, empty_label=lazy("None")
    )
    importance = forms.TypedChoiceField(label=lazy("Importance"), coerce=int, choices=IMPORTANCE)
    field_order = ("name", "language", "organization", "importance", "notes")


class OrganizationForm(forms.Form):
    name = Text(lazy("Name"), longest=160)
    domains = Words(
        lazy("Domains of its mail addresses"),
        ltr=True,
        help_text=lazy(
            "Who proves an address of these domains belongs to it. One per line, such as example.com."
        ),
    )
    importance = forms.TypedChoiceField(label=lazy("Importance"), coerce=int, choices=IMPORTANCE)
    notes = Text(
        lazy("Notes"), longest=20_000, rows=4, required=False, help_text=lazy("Only colleagues read them.")
    )
