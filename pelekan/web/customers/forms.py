"""The forms of customers and organizations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from pelekan.people.models import Customer, Language, Organization, Sharing
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
    sharing = choice(
        lazy("Requests in the portal"), Sharing.choices, required=False, initial=Sharing.OFF,
        help_text=lazy("Earlier requests too. Each customer can keep a request to himself, and sees who can read it."),
    )  # fmt: skip
    viewers = forms.ModelMultipleChoiceField(
        Customer.objects.none(), label=lazy("Who sees all of them"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=lazy("Counts where chosen members see them."),
    )  # fmt: skip

    following = forms.BooleanField(
        label=lazy("Customers may add colleagues to a single request"), required=False, initial=True,
        help_text=lazy("Whom they add reads and answers that request, whatever is chosen above. Only people of this organization."),
    )  # fmt: skip

    def __init__(self, *args: Any, row: Organization | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is not None:
            members = Customer.objects.filter(organization=row, merged_into=None)
            self.fields["viewers"].queryset = members  # type: ignore[attr-defined]

    def clean_sharing(self) -> str:
        return self.cleaned_data["sharing"] or Sharing.OFF
