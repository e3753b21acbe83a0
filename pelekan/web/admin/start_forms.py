"""The forms of the first set-up."""

from __future__ import annotations

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.lib.addresses import normal_address
from pelekan.people.models import Language, User
from pelekan.web.admin.fields import Text, Words, choice, organization_name
from pelekan.web.admin.inbox_forms import ChatForm, MailForm


class FoundingForm(forms.Form):
    organization = organization_name()
    language = choice(lazy("Language of the desk"), Language.choices)
    steps = forms.TypedChoiceField(
        label=lazy("Staircase"), coerce=int, widget=forms.RadioSelect, initial=2,
        choices=[
            (2, lazy("Two steps: chat and front line, then specialists")),
            (4, lazy("Four steps: self-service, front line, specialists, developers")),
        ],
        help_text=lazy("You can add and take away steps at any time."),
    )  # fmt: skip
    admin_name = Text(lazy("Your name"), longest=120)
    admin_email = Text(lazy("Your e-mail"), longest=254, ltr=True, help_text=lazy("You sign in with it."))
    password = Text(
        lazy("Password"),
        longest=200,
        ltr=True,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_admin_email(self) -> str:
        try:
            return normal_address(self.cleaned_data["admin_email"])
        except ValueError:
            raise forms.ValidationError(_("This is no e-mail address; write it like name@example.com."))

    def clean_password(self) -> str:
        values = self.cleaned_data
        someone = User(email=values.get("admin_email", ""), name=values.get("admin_name", ""))
        validate_password(values["password"], someone)
        return values["password"]


class FirstChatForm(forms.Form):
    name = Text(lazy("Name of the chat"))
    sites = Words(
        lazy("Your site"), ltr=True, help_text=lazy("Such as https://shop.example. You can add it later.")
    )
    clean_sites = ChatForm.clean_sites


class FirstMailForm(forms.Form):
    address = Text(lazy("Address that customers write to"), longest=254, ltr=True)
    clean_address = MailForm.clean_address
