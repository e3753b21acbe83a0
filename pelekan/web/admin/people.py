"""Teams and agents."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.lib.text import initials, isolate
from pelekan.people.models import ZONE_OF, Agent, Language, Role, Team, Tier
from pelekan.tickets import shaping
from pelekan.tickets.models import Ticket
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.forms import ArchiveTeamForm, KnownAgentForm, NewAgentForm, TeamForm
from pelekan.web.admin.frame import show
from pelekan.web.admin.work_form import work_of, work_topics, zone_of


@behind("people")
def teams(request: HttpRequest) -> HttpResponse:
    rows = Team.objects.select_related("tier").annotate(
        members=Count("agents", filter=Q(agents__disabled_at=None), distinct=True)
    )
    top = max([1, *Tier.objects.values_list("level", flat=True)])
    shown = [
        {
            "id": team.pk, "name": team.name, "description": team.description, "tier": team.tier.name,
            "level": team.tier.level, "total": top, "members": team.members, "offered": team.offered,
            "archived": team.archived_at is not None,
        }
        for team in rows
    ]  # fmt: skip
    return show(
        request, "teams", "settings_teams", _("Teams"),
        _("People of one step who share a queue. A new team can be used at once."), teams=shown,
    )  # fmt: skip


TEAM_FIELDS = ["name", "description", "tier"]
DEPARTMENT = ["offered", "languages"]
SAID = [f"{part}_{code}" for code in Language.values for part in ("name", "description")]


@behind("people", "GET", "POST")
def new_team(request: HttpRequest) -> HttpResponse:
    return _team(request, None)


@behind("people", "GET", "POST")
def team(request: HttpRequest, pk: int) -> HttpResponse:
    return _team(request, get_object_or_404(Team.objects.select_related("tier"), pk=pk))


def _team(request: HttpRequest, row: Team | None) -> HttpResponse:
    initial: dict[str, Any] = {}
    if row:
        said = {f"{part}_{code}": its.get(part, "") for code, its in row.words.items() for part in its}
        initial = {name: getattr(row, name) for name in TEAM_FIELDS + DEPARTMENT} | {
            "agents": row.agents.all(),
            "tier": row.tier_id,
            **said,
        }
    form = TeamForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(form, lambda: shaping.save_team(row, by=agent(request), **form.kept())):
        return went(request, "settings_teams", _("Kept.") if row else _("The team is there and can be used."))
    topics = [
        {"title": _("Team"), "text": _("On another step its tickets go with it."), "fields": TEAM_FIELDS},
        {
            "title": _("For customers"),
            "text": _(
                "How the portal speaks of this team. What stays empty is said by the name and the words above. Its hours stand under Business hours, its own questions under the portal's inbox."
            ),
            "fields": DEPARTMENT + SAID,
        },
        {"title": _("Members"), "text": _("They see the team's step and its queue."), "fields": ["agents"]},
    ]
    acts: list[dict[str, Any]] = []
    if row and row.archived_at:
        acts = [
            {"label": _("Restore"), "post": reverse("settings_team_restore", args=[row.pk]), "sign": "undo-2"}
        ]
    elif row:
        acts = [
            {
                "label": _("Archive this team"),
                "href": reverse("settings_team_archive", args=[row.pk]),
                "danger": True,
                "sign": "archive",
            }
        ]
    heading = row.name if row else _("New team")
    return show(
        request, "form", "settings_teams", heading, form=form, topics=topics, acts=acts, back="settings_teams"
    )


@behind("people", "GET", "POST")
def archive_team(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Team, pk=pk)
    form = ArchiveTeamForm(request.POST or None, team=row)
    if form.is_valid() and attempt(
        form, lambda: shaping.archive_team(row, by=agent(request), **form.cleaned_data)
    ):
        return went(request, "settings_teams", _("The team is archived. It can be restored."))
    count = Ticket.objects.open().filter(team=row).count()
    text = _("Its %(count)s open tickets and its inboxes need another team. Its history stays.") % {
        "count": count
    }
    topics = [{"title": _("Archive"), "text": text, "fields": ["move_to"]}]
    heading = _("Archive “%(name)s”") % {"name": isolate(row.name)}
    return show(
        request, "form", "settings_teams", heading, form=form, topics=topics, back="settings_teams",
        submit=_("Archive this team"), danger=True,
    )  # fmt: skip


@behind("people", "POST")
def restore_team(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Team, pk=pk)
    return told(
        request,
        "settings_teams",
        lambda: shaping.restore_team(row, by=agent(request)),
        _("The team is back."),
    )


# Agents


@behind("people")
def agents(request: HttpRequest) -> HttpResponse:
    rows = (
        Agent.objects.select_related("user").prefetch_related("teams").order_by("disabled_at", "user__name")
    )
    roles = dict(Role.choices)
    shown = [
        {
            "id": row.pk, "name": row.name, "initials": initials(row.name), "email": row.user.email, "title": row.title,
            "role": roles[row.role], "is_admin": row.is_admin, "is_manager": row.is_manager,
            "teams": [team.name for team in row.teams.all() if not team.archived_at],
            "invited": not row.user.has_usable_password(), "disabled": row.disabled_at is not None,
            "presence": row.presence, "seen_at": row.seen_at,
        }
        for row in rows
    ]  # fmt: skip
    return show(
        request, "agents", "settings_agents", _("Agents"),
        _("Everybody who answers. Who leaves is disabled, so that the history keeps the name."), agents=shown,
    )  # fmt: skip


SHARED = ["role", "teams", "sees_all_tiers"]
CHATS = ["languages", "chat_capacity", "auto_accept"]


@behind("people", "GET", "POST")
def new_agent(request: HttpRequest) -> HttpResponse:
    initial = {
        "role": Role.AGENT,
        "language": request.LANGUAGE_CODE,
        "languages": [request.LANGUAGE_CODE],
        "chat_capacity": 4,
    }
    language = request.POST.get("language", "")
    zone = ZONE_OF.get(language, ZONE_OF[request.LANGUAGE_CODE])
    form = NewAgentForm(request.POST or None, initial=initial, zone=zone)
    if form.is_valid():
        made = attempt(form, lambda: shaping.hire(by=agent(request), **form.cleaned_data))
        if made:
            return _invited(request, made[0], made[1])
    topics = [
        {
            "title": _("Who"),
            "text": _("An invitation is mailed; its link lets choose a password."),
            "fields": ["name", "email", "language", "title"],
        },
        {
            "title": _("Rights"),
            "text": _("Managers see and steer everything but the settings; admins change the settings too."),
            "fields": SHARED,
        },
        {"title": _("Chats"), "text": "", "fields": CHATS},
        *work_topics(form),
    ]
    return show(
        request, "form", "settings_agents", _("Invite an agent"), form=form, topics=topics, back="settings_agents",
        submit=_("Invite"),
    )  # fmt: skip


def _invited(request: HttpRequest, who: Agent, link: str) -> HttpResponse:
    """The link is shown this once: it helps where the desk can't send mail yet."""
    return show(
        request,
        "invited",
        "settings_agents",
        _("Invited"),
        who={"name": who.name, "email": who.user.email},
        link=link,
        back="settings_agents",
    )


@behind("people", "GET", "POST")
def one_agent(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Agent.objects.select_related("user"), pk=pk)
    initial = {name: getattr(row, name) for name in ["name", "title", "role", "sees_all_tiers", *CHATS]}
    form = KnownAgentForm(
        request.POST or None,
        initial={**initial, **work_of(row), "email": row.user.email, "teams": row.teams.all()},
        zone=zone_of(row.user),
    )
    if form.is_valid() and attempt(
        form, lambda: shaping.change_agent(row, by=agent(request), **form.cleaned_data)
    ):
        return went(request, "settings_agents", _("Kept."))
    topics = [
        {"title": _("Who"), "text": "", "fields": ["name", "email", "title"]},
        {
            "title": _("Rights"),
            "text": _("Changes hold from the next click on; open pages are told to ask again."),
            "fields": SHARED,
        },
        {"title": _("Chats"), "text": "", "fields": CHATS},
        *work_topics(form),
    ]
    acts: list[dict[str, Any]] = []
    if row.disabled_at:
        acts.append(
            {
                "label": _("Enable again"),
                "post": reverse("settings_agent_enable", args=[pk]),
                "sign": "user-check",
            }
        )
    else:
        if not row.user.has_usable_password():
            acts.append(
                {
                    "label": _("Invite again"),
                    "post": reverse("settings_agent_invite", args=[pk]),
                    "sign": "mail",
                }
            )
        acts.append(
            {
                "label": _("Disable"),
                "post": reverse("settings_agent_disable", args=[pk]),
                "sign": "user-x",
                "danger": True,
            }
        )
    return show(
        request,
        "form",
        "settings_agents",
        row.name,
        form=form,
        topics=topics,
        acts=acts,
        back="settings_agents",
    )


@behind("people", "POST")
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Agent.objects.select_related("user"), pk=pk)
    try:
        link = shaping.reinvite(row, by=agent(request))
    except shaping.CannotBe:
        return told(request, "settings_agents", lambda: shaping.reinvite(row, by=agent(request)), "")
    return _invited(request, row, link)


@behind("people", "POST")
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Agent.objects.select_related("user"), pk=pk)
    done = _("Disabled. Sessions have ended, and open tickets are back in their queues.")
    return told(request, "settings_agents", lambda: shaping.disable_agent(row, by=agent(request)), done)


@behind("people", "POST")
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Agent.objects.select_related("user"), pk=pk)
    return told(
        request, "settings_agents", lambda: shaping.enable_agent(row, by=agent(request)), _("Enabled again.")
    )
