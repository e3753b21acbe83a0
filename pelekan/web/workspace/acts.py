"""What an agent does to a ticket. Every act is a POST that answers with the ticket's head as it is now."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pelekan.channels import forwarding, intake, marks, outbox
from pelekan.channels.models import Delivery, MarkedAddress
from pelekan.people.models import Agent, Identity, IdentityKind, Team
from pelekan.tickets import actions, lists
from pelekan.tickets.actions import CategoryMissing, NobodySent, PackMissing, WhyMissing
from pelekan.tickets.following import acts as following
from pelekan.tickets.models import Category, ChatState, Conversation, Message, Tag, Ticket
from pelekan.tickets.needs import DoesNotFit
from pelekan.tickets.packs.fields import BadLink
from pelekan.tickets.states import NotPossible
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.packing import complaint, posted
from pelekan.web.workspace.page import head_context
from pelekan.web.workspace.shell import row_shape, teams_of
from pelekan.web.workspace.suiting import refusal
from pelekan.web.workspace.until import NotADate, moment_of


class Sorry(Exception):
    """An act could not be done; the text says why, what was kept and what to do."""


def told(text: str, status: int = 422) -> HttpResponse:
    """A clear sentence where the act was asked for."""
    return HttpResponse(render_to_string("desk/told.html", {"text": text}), status=status)


def answer(request: HttpRequest, pk: int, **events: Any) -> HttpResponse:
    """The ticket's head, or its row when it was asked for from a list; the page brings the rest up to date."""
    agent = agent_in(request)
    if not Ticket.objects.visible_to(agent).filter(pk=pk).exists():
        response = render(request, "desk/gone.html", {"ticket_id": pk})
        response["HX-Retarget"], response["HX-Reswap"] = "#ticket", "innerHTML"
    elif request.POST.get("row"):
        view = lists.view_named(request.POST["row"])
        teams_of(agent)
        line = lists.row(pk, agent)
        assert line is not None
        levels = lists.counts([], agent)["levels"]
        context = {"rows": [row_shape(line, view, agent)], "more": "", "levels": levels, "view": view}
        context["by_urgency"] = agent.list_order == lists.URGENT
        response = render(request, "desk/rows.html", {**context, "current_id": None})
    else:
        response = render(request, "desk/head.html", head_context(request, pk))
    response["HX-Trigger"] = json.dumps({"close-dialog": {}, "desk-changed": {"ticket": pk, **events}})
    return response


Do = Callable[[HttpRequest, Ticket, Agent], None]


def act(do: Do) -> Callable[[HttpRequest, int], HttpResponse]:
    """The door of one act: the ticket must be seen, what goes wrong is told in a sentence."""

    @require_POST
    @agents
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        ticket = ticket_of(request, pk)
        try:
            do(request, ticket, agent_in(request))
        except WhyMissing:
            return told(_("Say why: whoever gets the ticket reads it first."))
        except DoesNotFit as fault:
            return told(refusal(fault))
        except (PackMissing, BadLink) as fault:
            return told(complaint(fault))
        except NobodySent:
            return told(
                _(
                    "Nobody who could take it back has sent this ticket here. Use “Escalate or return” and choose a team."
                )
            )
        except CategoryMissing:
            return told(
                _("Choose a category first: here a ticket needs one before it is solved or closed. Press c.")
            )
        except NotPossible:
            return told(
                _("The ticket has moved on meanwhile; this step no longer fits. Nothing was changed.")
            )
        except Sorry as sorry:
            return told(str(sorry))
        return answer(request, pk)

    view.__name__ = do.__name__
    return view


def number(request: HttpRequest, name: str) -> int:
    """A number of the form; 0 for anything else."""
    value = request.POST.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


def colleague(request: HttpRequest) -> Agent:
    found = Agent.objects.select_related("user").filter(pk=number(request, "agent"), disabled_at=None).first()
    if found is None or not found.user.is_active:
        raise Sorry(_("Choose a colleague who works here."))
    return found


def team(request: HttpRequest) -> Team:
    found = Team.objects.select_related("tier").filter(pk=number(request, "team"), archived_at=None).first()
    if found is None:
        raise Sorry(_("Choose a team."))
    return found


@act
def take(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    taken = actions.take(ticket, by=agent)
    if taken.assignee_id != agent.pk:
        name = taken.assignee.name if taken.assignee else ""
        if request.POST.get("anyway"):
            actions.assign(ticket, agent, by=agent)
        else:
            raise Sorry(_("%(name)s already has this ticket. Use “Assign” to take it over.") % {"name": name})


@act
def assign(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.entrust(ticket, colleague(request), by=agent, despite=request.POST.get("despite", ""))


@act
def release(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.release(ticket, by=agent)


@act
def escalate(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    to = colleague(request) if number(request, "agent") else None
    goal = team(request)
    if goal.pk == ticket.team_id and to is None:
        raise Sorry(_("The ticket is with this team already. Choose another team, or a person in it."))
    actions.escalate(
        ticket, goal, by=agent, because=request.POST.get("why", ""), to=to, pack=posted(request.POST),
        despite=request.POST.get("despite", ""),
    )  # fmt: skip


@act
def hand_over(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.hand_over(
        ticket, colleague(request), by=agent, because=request.POST.get("why", ""), pack=posted(request.POST),
        despite=request.POST.get("despite", ""),
    )  # fmt: skip


@act
def wait(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.wait(ticket, by=agent)


@act
def hold(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    try:
        until = moment_of(request.POST, request.dates)  # type: ignore[attr-defined]
    except NotADate as fault:
        raise Sorry(str(fault)) from None
    actions.hold(ticket, by=agent, until=until, because=request.POST.get("why", "").strip())


@act
def resume(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.resume(ticket, by=agent)


@act
def solve(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.solve(ticket, by=agent)


@act
def reopen(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.reopen(ticket, by=agent)


@act
def close(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.close(ticket, by=agent)


@act
def rename(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    if not request.POST.get("subject", "").strip():
        raise Sorry(_("A ticket needs a subject. The old one was kept."))
    actions.rename(ticket, request.POST["subject"], by=agent)


@act
def categorise(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    pk = number(request, "category")
    category = Category.objects.filter(pk=pk, archived_at=None).first() if pk else None
    if pk and category is None:
        raise Sorry(_("This category is gone. Choose another."))
    actions.categorise(ticket, category, by=agent)
    if "causes_shown" in request.POST:
        wanted = {
            int(one)
            for one in request.POST.getlist("cause")[:50]
            if one.isascii() and one.isdigit() and len(one) < 18
        }
        kept = Category.objects.filter(Q(archived_at=None) | Q(caused=ticket), pk__in=wanted).distinct()
        actions.set_causes(ticket, kept, by=agent)


@act
def assess(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    impact, urgency = number(request, "impact"), number(request, "urgency")
    if impact not in (1, 2, 3) or urgency not in (1, 2, 3):
        raise Sorry(_("Choose impact and urgency."))
    actions.assess(
        ticket, impact=impact, urgency=urgency, by=agent, because=request.POST.get("why", "").strip()
    )


@act
def confirm(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.confirm(ticket, by=agent)


@act
def tag(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    try:
        actions.tag(ticket, request.POST.get("name", ""), by=agent)
    except ValueError:
        raise Sorry(_("A tag needs a name.")) from None


@act
def untag(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    found = Tag.objects.filter(pk=number(request, "tag")).first()
    if found is not None:
        actions.untag(ticket, found, by=agent)


def chat(request: HttpRequest, ticket: Ticket) -> Conversation:
    chats = ticket.conversations.exclude(
        state=""
    )  # after a join there may be several: the running one is meant
    found = chats.exclude(state=ChatState.ENDED).order_by("-id").first() or chats.order_by("-id").first()
    if found is None:
        raise Sorry(_("This ticket has no chat."))
    return found


@act
def accept(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.accept_chat(chat(request, ticket), by=agent)
    ticket.refresh_from_db()
    if ticket.assignee_id not in (None, agent.pk):
        who = ticket.assignee.name if ticket.assignee else ""
        raise Sorry(_("%(name)s was quicker and has this chat.") % {"name": who})


@act
def transfer(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.transfer_chat(
        chat(request, ticket), colleague(request), by=agent, because=request.POST.get("why", ""),
        despite=request.POST.get("despite", ""),
    )  # fmt: skip


@act
def end_chat(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.end_chat(chat(request, ticket), by=agent)


@act
def end_links(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    if not actions.end_links(ticket, by=agent):
        raise Sorry(_("No mail of this ticket holds a link that still opens it."))


@act
def unfollow(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    chosen = request.POST.get("follower", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return
    following.removed_by(agent, ticket, int(chosen))


def message_of(request: HttpRequest, pk: int, message: int) -> Message:
    found = Message.objects.filter(ticket=ticket_of(request, pk), pk=message).first()
    if found is None:
        raise Http404
    return found


@require_POST
@agents
def release_message(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """Show a held message on the customer's side after all; with `answer`, its sender gets our answers too."""
    found = message_of(request, pk, message)
    do = intake.accept_sender if "answer" in request.POST else intake.release_mail
    do(found, by=agent_in(request))
    return answer(request, pk, message=message)


@require_POST
@agents
def resend_message(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """Send an answer's mail again to everyone whom it did not reach."""
    return deliver(
        request, pk, message, outbox.resend, _("There is nothing to send again: the mail is on its way.")
    )


@require_POST
@agents
def stop_message(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """Keep an answer's mail, which waits for its next try, from going out."""
    return deliver(
        request, pk, message, outbox.stop, _("It is too late to stop this mail: it is being sent.")
    )


def deliver(request: HttpRequest, pk: int, message: int, do: Callable[..., bool], sorry: str) -> HttpResponse:
    rows = Delivery.objects.select_related("message").filter(message=message_of(request, pk, message))
    done = [do(row, by=agent_in(request)) for row in rows.order_by("pk")]
    return answer(request, pk) if any(done) else told(sorry)


@require_POST
@agents
def give_to_sender(request: HttpRequest, pk: int, message: int) -> HttpResponse:
    """The one who wrote a forwarded mail becomes the customer."""
    try:
        forwarding.give_to_sender(message_of(request, pk, message), by=agent_in(request))
    except forwarding.NothingForwarded:
        return told(_("This was settled already. Look at the ticket again."), 409)
    return answer(request, pk, message=message)


@require_POST
@agents
def unmark(request: HttpRequest, pk: int, mark: int) -> HttpResponse:
    """Take the mark off an address of this ticket's customer; of other addresses that is for the settings."""
    ticket = ticket_of(request, pk)
    own = Identity.objects.filter(customer=ticket.customer_id, kind=IdentityKind.EMAIL).values("address")
    row = get_object_or_404(MarkedAddress, pk=mark, address__in=own)
    marks.clear(row, by=agent_in(request), ticket=ticket)
    return answer(request, pk)
