"""The forms of the settings. They read and clean; what may be is decided by the actions that they feed."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.channels.chat.sites import site
from pelekan.lib.addresses import normal_address
from pelekan.lib.text import clean_controls, latin_digits
from pelekan.people.models import Agent, Language, Organization, Role, Team, Tier, User
from pelekan.tickets.models import Tag

_SPLIT = re.compile(r"[,،;؛\n]+")


class Text(forms.CharField):
    """One line, or with `rows` several, without control characters."""

    def __init__(
        self, label: Any, *, longest: int = 80, rows: int = 0, ltr: bool = False, **options: Any
    ) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        super().__init__(label=label, max_length=longest, widget=options.pop("widget", widget), **options)
        self.ltr, self.rows = ltr, rows

    def clean(self, value: Any) -> Any:
        return super().clean(clean_controls(value) if isinstance(value, str) else value)


class Number(forms.IntegerField):
    """A whole number, in any digits."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(latin_digits(value) if isinstance(value, str) else value)


class Words(forms.CharField):
    """Several words or phrases, divided by commas or line ends."""

    def __init__(self, label: Any, *, rows: int = 2, ltr: bool = False, **options: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": rows}),
            **options,
        )
        self.ltr, self.rows = ltr, rows

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        comma = "، " if get_language() in ("fa", "ar") else ", "
        return ("\n" if self.ltr else comma).join(value)

    def clean(self, value: Any) -> list[str]:
        text = clean_controls(super().clean(value))
        return list(dict.fromkeys(word for part in _SPLIT.split(text) if (word := " ".join(part.split()))))[
            :200
        ]


def choice(label: Any, options: Any, **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=options, **more)


def teams(label: Any, **options: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Team.objects.filter(archived_at=None), label=label, **options)


def organization_name() -> Text:
    return Text(
        lazy("Name of your organization"),
        longest=120,
        help_text=lazy("Customers see it in the portal and in mails."),
    )


class DeskForm(forms.Form):
    name = organization_name()
    language = choice(lazy("Language for whom none is known"), Language.choices)
    agents_by_mail = forms.BooleanField(
        label=lazy("Agents may answer by mail"), required=False,
        help_text=lazy("Whoever is told by mail can answer the notice, and the answer goes to the customer. It counts only with the mark of that notice, from the agent's own address, with a proof by DKIM or DMARC, and while the agent may see the ticket; anything else is set aside. The notice then holds the customer's words."),
    )  # fmt: skip


class TierForm(forms.Form):
    name = Text(lazy("Name"))
    description = Text(lazy("What this step is for"), longest=2000, rows=3, required=False)


class NewTierForm(TierForm):
    level = forms.ChoiceField(label=lazy("Where"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tiers = list(Tier.objects.all())
        places = [(str(t.level + 1), _("Above “%(name)s”") % {"name": t.name}) for t in reversed(tiers)]
        if not any(tier.level == 0 for tier in tiers):
            places.append(("0", _("At the bottom, for self-service")))
        self.fields["level"].choices = places  # type: ignore[attr-defined]


class DeleteTierForm(forms.Form):
    move_to = forms.ModelChoiceField(
        Tier.objects.none(), label=lazy("Its teams and tickets move to"), required=False,
        empty_label=lazy("Choose a step"),
    )  # fmt: skip

    def __init__(self, *args: Any, tier: Tier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["move_to"].queryset = Tier.objects.filter(level__gte=1).exclude(pk=tier.pk)  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    name = Text(lazy("Name"))
    description = Text(
        lazy("What this team does"),
        longest=2000,
        rows=3,
        required=False,
        help_text=lazy("Colleagues read it when they hand a ticket over."),
    )
    tier = forms.ModelChoiceField(Tier.objects.filter(level__gte=1), label=lazy("Step"), empty_label=None)
    offered = forms.BooleanField(
        label=lazy("Customers may choose it as a department"), required=False,
        help_text=lazy("In the portal, when they write a new request."),
    )  # fmt: skip
    agents = forms.ModelMultipleChoiceField(
        Agent.objects.filter(disabled_at=None).select_related("user"), label=lazy("Members"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class ArchiveTeamForm(forms.Form):
    move_to = teams(
        lazy("Its open tickets and inboxes go to"), required=False, empty_label=lazy("Choose a team")
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["move_to"].queryset = Team.objects.filter(archived_at=None).exclude(pk=team.pk)  # type: ignore[attr-defined]


class AgentForm(forms.Form):
    name = Text(lazy("Name"), longest=120, help_text=lazy("Customers see it."))
    title = Text(
        lazy("Title"),
        required=False,
        help_text=lazy("Stands beside the name, such as “Payments specialist”."),
    )
    role = choice(lazy("Role"), Role.choices, widget=forms.RadioSelect)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.filter(archived_at=None),
        label=lazy("Teams"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    sees_all_tiers = forms.BooleanField(
        label=lazy("Sees the tickets of all steps"), required=False,
        help_text=lazy("Otherwise only those of the steps that the teams stand on, and what is assigned."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=lazy("Answers in"),
        choices=Language.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    chat_capacity = Number(label=lazy("Chats at once"), min_value=1, max_value=20, initial=4)
    auto_accept = forms.BooleanField(
        label=lazy("Chats come by themselves"), required=False,
        help_text=lazy("While online and with room, the chat that waits longest is accepted."),
    )  # fmt: skip


class KnownAgentForm(AgentForm):
    email = Text(lazy("E-mail"), longest=254, ltr=True, help_text=lazy("For signing in and for notices."))


class NewAgentForm(AgentForm):
    email = Text(
        lazy("E-mail"), longest=254, ltr=True, help_text=lazy("For signing in; the invitation goes there.")
    )
    language = choice(lazy("Language of the pages"), Language.choices)
    field_order = ("name", "email", "language", "title")


class CategoryForm(forms.Form):
    name = Text(lazy("Name"))
    words = Words(
        lazy("Words that propose it"),
        help_text=lazy(
            "When a customer writes one of these words, this category is proposed. Divide them by commas."
        ),
    )
    team = teams(
        lazy("Team"), required=False, empty_label=lazy("That of the category above, or of the inbox")
    )
    impact = forms.TypedChoiceField(label=lazy("Impact"), coerce=int, empty_value=None, required=False)
    urgency = forms.TypedChoiceField(label=lazy("Urgency"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = ("", _("Not proposed"))
        self.fields["impact"].choices = [  # type: ignore[attr-defined]
            nothing,
            (1, _("One person")),
            (2, _("Several people")),
            (3, _("Everybody")),
        ]
        self.fields["urgency"].choices = [  # type: ignore[attr-defined]
            nothing,
            (1, _("Can wait")),
            (2, _("Hinders work")),
            (3, _("Work stands still")),
        ]


class NameForm(forms.Form):
    name = Text(lazy("Name"))


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        Tag.objects.none(), label=lazy("Merge into"), empty_label=lazy("Choose a tag")
    )

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Tag.objects.exclude(pk=tag.pk)  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    name = Text(lazy("Name"))
    shortcut = Text(lazy("Shortcut"), longest=33, help_text=lazy("Agents type / and this word."))
    team = teams(lazy("For"), required=False, empty_label=lazy("All teams"))
    body_fa = Text("فارسی", longest=10_000, rows=5, required=False)
    body_ar = Text("العربية", longest=10_000, rows=5, required=False)
    body_en = Text("English", longest=10_000, rows=5, required=False)


class TokenForm(forms.Form):
    name = Text(lazy("What is it for?"), help_text=lazy("The name of the program that will use it."))
    scopes = forms.MultipleChoiceField(
        label=lazy("It may"), widget=forms.CheckboxSelectMultiple,
        choices=[("tickets:read", lazy("read tickets")), ("tickets:write", lazy("create tickets"))],
        initial=["tickets:read", "tickets:write"],
    )  # fmt: skip


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


# Inboxes


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
        label=lazy("At most so many mails a minute"), min_value=1, max_value=1_000_000, required=False,
        help_text=lazy("Empty: no limit. What people wrote goes before what the desk says by itself."),
    )  # fmt: skip
    per_hour = Number(
        label=lazy("At most so many mails an hour"), min_value=1, max_value=1_000_000, required=False
    )
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


# The first set-up


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
