"""The forms of inboxes and of the mailboxes behind them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.channels.chat.sites import site
from pelekan.lib.addresses import normal_address
from pelekan.people.models import Language
from pelekan.web.admin.fields import Number, Text, Words, choice, teams


class InboxForm(forms.Form):
    name = Text(lazy("Name"))
    team = teams(lazy("What comes in goes to"), empty_label=None)
    specialists = teams(
        lazy("Proposed when it becomes a ticket"), required=False, empty_label=lazy("The same team")
    )
    language = choice(lazy("Language"), Language.choices, help_text=lazy("For whom none is known."))


class ChatForm(InboxForm):
    colour = Text(lazy("Colour"), longest=7, ltr=True, widget=forms.TextInput(attrs={"type": "color"}))
    sites = Words(
        lazy("Sites on which it may stand"),
        ltr=True,
        help_text=lazy("One per line, such as https://shop.example or https://*.shop.example."),
    )
    greeting_fa = Text("فارسی", longest=400, rows=2, required=False)
    greeting_ar = Text("العربية", longest=400, rows=2, required=False)
    greeting_en = Text("English", longest=400, rows=2, required=False)
    require_identity = forms.BooleanField(
        label=lazy("Only for users that the site has signed in"), required=False,
        help_text=lazy("The site signs who its user is, with the secret of this inbox."),
    )  # fmt: skip

    def clean_sites(self) -> list[str]:
        found = []
        for text in self.cleaned_data["sites"]:
            try:
                found.append(site(text))
            except ValueError:
                raise forms.ValidationError(
                    _("“%(site)s” is no site; write it like https://shop.example, without a path.")
                    % {"site": text[:80]}
                )
        return list(dict.fromkeys(found))

    def clean_colour(self) -> str:
        return self.cleaned_data["colour"].lower()


class MailForm(InboxForm):
    address = Text(lazy("Address that customers write to"), longest=254, ltr=True)
    acknowledge = forms.BooleanField(
        label=lazy("Send a receipt with the number"), required=False,
        help_text=lazy("Once per new request; never to machines."),
    )  # fmt: skip
    signature = Text(
        lazy("Signature"),
        longest=2000,
        rows=3,
        required=False,
        help_text=lazy("Below every answer, after the agent's own."),
    )
    field_order = ("name", "address", "team", "specialists", "language")

    def clean_address(self) -> str:
        try:
            return normal_address(self.cleaned_data["address"])
        except ValueError:
            raise forms.ValidationError(_("This is no e-mail address; write it like name@example.com."))


class TextForm(InboxForm):
    acknowledge = forms.BooleanField(
        label=lazy("Send a receipt with the number"), required=False,
        help_text=lazy("Once per new request, with a short link to it in the portal."),
    )  # fmt: skip


class PortalForm(InboxForm):
    require_identity = forms.BooleanField(
        label=lazy("Only customers who have signed in may ask"), required=False,
        help_text=lazy("Otherwise a name and an address are enough: the number and a link to the request stand there at once."),
    )  # fmt: skip


SECURITY = [("tls", lazy("TLS")), ("starttls", lazy("STARTTLS")), ("none", lazy("None (own machine only)"))]


class AccountForm(forms.Form):
    protocol = choice(lazy("How it is read"), [("imap", "IMAP"), ("pop3", "POP3")], initial="imap")
    sign_in = choice(
        lazy("How it is signed in"),
        [("password", lazy("With user and password")), ("consent", lazy("With the owner's consent at Google, Microsoft or another provider (OAuth 2.0)"))],
        widget=forms.RadioSelect, initial="password",
    )  # fmt: skip
    imap_host = Text(
        lazy("Server"),
        longest=253,
        ltr=True,
        required=False,
        help_text=lazy(
            "Such as imap.example.com. Empty: your mail server hands mail over (“pelekan mail deliver”, LMTP or SMTP)."
        ),
    )
    imap_port = Number(label=lazy("Port"), min_value=1, max_value=65535, initial=993)
    imap_security = choice(lazy("Encryption"), SECURITY)
    imap_user = Text(lazy("User"), longest=254, ltr=True, required=False)
    imap_password = Text(
        lazy("Password"), longest=500, ltr=True, required=False, strip=False, widget=forms.PasswordInput()
    )
    folders = Text(
        lazy("Folders"), longest=5000, rows=2, ltr=True, required=False, initial="INBOX",
        help_text=lazy("One a line, as the mail server calls them."),
    )  # fmt: skip
    junk_folders = Text(
        lazy("Folders with junk"), longest=5000, rows=2, ltr=True, required=False,
        help_text=lazy("One a line, such as Junk. Their mail becomes tickets too, but nobody is answered by himself and what seems to come from a known customer waits for an agent."),
    )  # fmt: skip
    keep_days = Number(
        label=lazy("POP3: delete on the server after days"), min_value=1, max_value=3650, required=False,
        help_text=lazy("Empty: nothing is deleted. Only what was stored here whole is deleted there. By IMAP nothing ever is."),
    )  # fmt: skip
    begin = choice(
        lazy("At the first connection"),
        [("now", lazy("Take new mail only")), ("all", lazy("Take all mail of the folder in"))], widget=forms.RadioSelect,
    )  # fmt: skip
    smtp_host = Text(
        lazy("Server"), longest=253, ltr=True, required=False, help_text=lazy("Such as smtp.example.com.")
    )
    smtp_port = Number(label=lazy("Port"), min_value=1, max_value=65535, initial=465)
    smtp_security = choice(lazy("Encryption"), SECURITY)
    smtp_user = Text(lazy("User"), longest=254, ltr=True, required=False)
    smtp_password = Text(
        lazy("Password"), longest=500, ltr=True, required=False, strip=False, widget=forms.PasswordInput()
    )
    per_minute = Number(
        label=lazy("Most mails a minute"), min_value=1, max_value=1_000_000, required=False,
        help_text=lazy("Empty: no limit. What people wrote goes before what the desk says by itself."),
    )  # fmt: skip
    per_hour = Number(label=lazy("Most mails an hour"), min_value=1, max_value=1_000_000, required=False)
    authserv_id = Text(
        lazy("Name of your server in Authentication-Results"), longest=253, ltr=True, required=False,
        help_text=lazy("Whose word counts on whether a sender is genuine. Usually the name of your mail server."),
    )  # fmt: skip


class ConsentForm(forms.Form):
    provider = choice(
        lazy("Provider"), [("google", "Google"), ("microsoft", "Microsoft"), ("other", lazy("Another one"))], widget=forms.RadioSelect
    )  # fmt: skip
    client_id = Text(lazy("Client ID"), longest=200, ltr=True)
    client_secret = Text(
        lazy("Client secret"),
        longest=500,
        ltr=True,
        required=False,
        strip=False,
        widget=forms.PasswordInput(),
    )
    tenant = Text(
        lazy("Tenant (Microsoft)"), longest=100, ltr=True, required=False,
        help_text=lazy("The id or a domain of your organization there; “common” for applications open to all."),
    )  # fmt: skip
    authorize_url = Text(lazy("Address that asks for consent"), longest=500, ltr=True, required=False)
    token_url = Text(lazy("Address that gives tokens"), longest=500, ltr=True, required=False)
    device_url = Text(lazy("Address for other devices"), longest=500, ltr=True, required=False)
    scope = Text(lazy("What is asked for (scope)"), longest=500, ltr=True, required=False)
