"""The forms of the settings. They read and clean; what may be is decided by the actions that they feed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.people.models import Agent, Eyes, Language, Role, Skill, Team, Tier
from pelekan.tickets.models import RequestKind, Tag
from pelekan.tickets.needs import WORKING
from pelekan.tickets.packs.labels import LABELS
from pelekan.tickets.shaping.eyes import CHOICES
from pelekan.web.admin.fields import Number, Text, Words, choice, organization_name, teams
from pelekan.web.admin.work_form import WorkForm


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
    asks = forms.MultipleChoiceField(
        label=lazy("Whoever sends a request up to it must say"), choices=list(LABELS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy("What the desk knows is filled in already. Anything else of the context pack may stay empty."),
    )  # fmt: skip


class EyesForm(forms.Form):
    """What the steps are to agents and to managers."""

    agent = choice(lazy("Agents"), [], widget=forms.RadioSelect)
    manager = choice(lazy("Managers"), [], widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            Eyes.HARD: _("Only their own steps. Nothing else exists for them: no list, count, search, link or file."),
            Eyes.VIEW: _("Their own steps first. Lists begin with these; “All open”, search and links show the others too."),
            Eyes.ALL: _("All steps, in every list"),
        }  # fmt: skip
        for role, eyes in CHOICES.items():
            self.fields[role].choices = [(str(one), words[one]) for one in eyes]  # type: ignore[attr-defined]


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
    languages = forms.MultipleChoiceField(
        label=lazy("Languages spoken here"), choices=Language.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=lazy("Nothing chosen: those of the members."),
    )  # fmt: skip
    agents = forms.ModelMultipleChoiceField(
        Agent.objects.filter(disabled_at=None).select_related("user"), label=lazy("Members"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, called in Language.choices:
            self.fields[f"name_{code}"] = Text(
                _("Name in %(language)s") % {"language": called}, required=False
            )
            self.fields[f"description_{code}"] = Text(
                _("What it is for, in %(language)s") % {"language": called},
                longest=500,
                rows=2,
                required=False,
            )

    def words(self) -> dict[str, dict[str, str]]:
        """What customers read, by language."""
        return {
            code: {part: self.cleaned_data[f"{part}_{code}"] for part in ("name", "description")}
            for code in Language.values
        }

    def kept(self) -> dict[str, Any]:
        """For `shaping.save_team`."""
        own = {
            name: self.cleaned_data[name]
            for name in ("name", "description", "tier", "offered", "agents", "languages")
        }
        return {**own, "words": self.words()}


class ArchiveTeamForm(forms.Form):
    move_to = teams(
        lazy("Its open tickets and inboxes go to"), required=False, empty_label=lazy("Choose a team")
    )

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["move_to"].queryset = Team.objects.filter(archived_at=None).exclude(pk=team.pk)  # type: ignore[attr-defined]


class AgentForm(WorkForm):
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
    kind = choice(
        lazy("Kind of request"), [("", lazy("That of the category above")), *RequestKind.choices], required=False,
        help_text=lazy("How-to requests and questions are never lifted above normal by an important customer."),
    )  # fmt: skip
    skill = forms.ModelChoiceField(
        Skill.objects.all(), label=lazy("Skill that it needs"), required=False, empty_label=lazy("None of its own"),
        help_text=lazy("Agents without it are offered last."),
    )  # fmt: skip
    skill_level = forms.TypedChoiceField(
        label=lazy("At this level or better"), coerce=int, empty_value=None, required=False,
        choices=[("", lazy("Able")), (1, lazy("Learning")), (3, lazy("Expert"))],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, called in Language.choices:
            self.fields[f"name_{code}"] = Text(
                _("Name in %(language)s") % {"language": called}, required=False
            )
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

    def kept(self) -> dict[str, Any]:
        """For `shaping.save_category`."""
        own = {name: value for name, value in self.cleaned_data.items() if not name.startswith("name_")}
        return own | {"names": {code: self.cleaned_data[f"name_{code}"] for code in Language.values}}


class NameForm(forms.Form):
    name = Text(lazy("Name"))


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        Tag.objects.none(), label=lazy("Merge into"), empty_label=lazy("Choose a tag")
    )

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Tag.objects.exclude(pk=tag.pk)  # type: ignore[attr-defined]


class SkillForm(forms.Form):
    name = Text(lazy("Name"))
    description = Text(
        lazy("Description"), longest=500, rows=2, required=False,
        help_text=lazy("What someone with it can do, or which system he gets into."),
    )  # fmt: skip


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
        choices=[
            ("tickets:read", lazy("read tickets")), ("tickets:write", lazy("create tickets")),
            ("tickets:work", lazy("work on tickets: escalate, accept, return, packs, calls")),
            ("rules:read", lazy("read rules")), ("rules:write", lazy("change rules")),
            ("articles:read", lazy("read articles")), ("articles:write", lazy("write and publish articles")),
            ("community:read", lazy("read the community")), ("community:write", lazy("write in the community")),
            ("community:moderate", lazy("look after the community: approve, refuse, merge, block")),
        ],
        initial=["tickets:read", "tickets:write"],
    )  # fmt: skip
    acts_as = forms.ModelChoiceField(
        label=lazy("In whose name"), required=False, queryset=Agent.objects.none(), empty_label=lazy("The desk's own: it reaches every ticket"),
        help_text=lazy("It sees the tickets that this person sees, and what it does stands in the history under this name. Working on tickets needs a person."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["acts_as"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Agent.objects.filter(WORKING).select_related("user").order_by("user__name")
