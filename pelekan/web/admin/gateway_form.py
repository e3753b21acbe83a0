"""The form of an SMS gateway: what all kinds share, then what each wants."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as lazy

from pelekan.channels.models import Gateway
from pelekan.channels.sms import generic
from pelekan.web.admin.fields import Number, Text, choice

KIND_NAMES = {"json": "JSON", "form": lazy("Form"), "text": lazy("Plain text")}


class GatewayForm(forms.Form):
    kind = choice(lazy("Gateway"), Gateway.Kind.choices, widget=forms.RadioSelect)
    user = Text(
        lazy("Account"), longest=120, ltr=True, required=False,
        help_text=lazy("Twilio: the account SID. Another gateway: whatever stands for {user}."),
    )  # fmt: skip
    secret = Text(
        lazy("Key"), longest=500, ltr=True, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    sender = Text(
        lazy("Line"), longest=40, ltr=True, required=False,
        help_text=lazy("The number, or where the gateway allows it the name, from which texts come."),
    )  # fmt: skip
    region = Text(
        lazy("Country"), longest=2, ltr=True, initial="IR",
        help_text=lazy("Whose national numbers are meant, in two letters: IR, SA, AE …"),
    )  # fmt: skip
    base = Text(
        lazy("Address"), longest=1000, ltr=True, required=False,
        help_text=lazy("Kavenegar and Twilio: only to go by another way, such as a mirror. Otherwise what takes a text."),
    )  # fmt: skip
    # another gateway
    method = choice(lazy("Method"), [(one, one) for one in generic.METHODS], required=False)
    kind_of_body = choice(lazy("Body"), list(KIND_NAMES.items()), required=False)
    headers = Text(lazy("Headers, one per line"), longest=2000, rows=2, ltr=True, required=False)
    body = Text(lazy("What is sent"), longest=4000, rows=4, ltr=True, required=False)
    ok_path = Text(
        lazy("Where its answer says that it worked"), longest=120, ltr=True, required=False,
        help_text=lazy("Such as return.status or entries.0.ok. Empty: any status of 200 to 299 will do."),
    )  # fmt: skip
    ok_value = Text(lazy("… and with which value"), longest=60, ltr=True, required=False)
    id_path = Text(lazy("Where its answer holds the text's id"), longest=120, ltr=True, required=False)
    error_path = Text(lazy("Where its answer says what is wrong"), longest=120, ltr=True, required=False)
    # coming in
    in_sender = Text(lazy("Sender"), longest=60, ltr=True, required=False)
    in_text = Text(lazy("Text"), longest=60, ltr=True, required=False)
    in_recipient = Text(lazy("Our line"), longest=60, ltr=True, required=False)
    in_id = Text(lazy("Id"), longest=60, ltr=True, required=False)
    # manners
    quiet_from = Text(
        lazy("Quiet from"), longest=5, ltr=True, required=False, help_text=lazy("Such as 22:00.")
    )
    quiet_to = Text(lazy("until"), longest=5, ltr=True, required=False, help_text=lazy("Such as 08:00."))
    most_parts = Number(label=lazy("Parts of one answer, at most"), min_value=1, max_value=20, initial=5)
    per_hour = Number(
        label=lazy("Texts to one number in an hour, at most"), min_value=1, max_value=200, initial=10
    )
    codes_per_day = Number(
        label=lazy("Sign-in codes by SMS in a day, at most"), min_value=0, max_value=20000, initial=200,
        help_text=lazy("For all customers together, so that nobody can run up a bill. 0: nobody signs in by SMS."),
    )  # fmt: skip
    for_others = forms.BooleanField(
        label=lazy("Also tells customers of other inboxes of whom only a number is known"), required=False,
        help_text=lazy("The number of their request, and that there is an answer, with a link; never what it says."),
    )  # fmt: skip
