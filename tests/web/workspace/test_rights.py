"""What an agent may not see does not exist for him, by whatever door; and looking changes nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern

from pelekan.demo.world import World
from pelekan.people.models import Agent, User
from pelekan.tickets.actions import escalate, note
from pelekan.tickets.models import Conversation, Event, Message, Ticket
from pelekan.web.workspace.urls import urlpatterns
from tests.conftest import NOON

DIALOGS = ("escalate", "hand-over", "assign", "transfer", "hold", "categorise", "assess")


@pytest.fixture
def foreign(write, world: World) -> Ticket:
    """A ticket of the specialists: the front line must not see it."""
    ticket = write("رمز من ۷۷۴۴ است", channel="chat", subject="کاملاً محرمانه")
    note(ticket, by=world.agents["nika"], text="یادداشت پنهان", now=NOON)
    return escalate(ticket, world.teams["payments"], by=world.agents["nika"], because="محرمانه", now=NOON)


def doors(ticket: Ticket) -> list[str]:
    """Every address of the workspace that names a ticket or a message."""
    message = ticket.messages.earliest("id")
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if "tickets/<int:pk>" in route or "messages/<int:pk>" in route:
            pk = ticket.pk if "tickets/" in route else message.pk
            path = route.replace("<int:pk>", str(pk)).replace("<int:message>", str(message.pk))
            names = DIALOGS if "<slug:name>" in path else [""]
            found += [f"/desk/{path.replace('<slug:name>', name)}" for name in names]
    return found


def test_az_02_a_foreign_ticket_is_nowhere(at_desk, foreign: Ticket) -> None:
    client = at_desk("sara")
    events = Event.objects.count()
    assert len(doors(foreign)) > 35
    for path in doors(foreign):
        for method in (client.get, client.post):
            assert method(path).status_code in (404, 405), path
        assert 404 in (client.get(path).status_code, client.post(path).status_code), path
    assert Event.objects.count() == events
    assert Message.objects.filter(ticket=foreign, kind="outgoing").count() == 0


def test_az_03_children_stay_with_their_parents(at_desk, foreign: Ticket, write) -> None:
    own = write()
    client = at_desk("sara")
    theirs = foreign.messages.earliest("id")
    Message.objects.filter(pk=theirs.pk).update(held_at=NOON)
    assert client.post(f"/desk/tickets/{own.pk}/messages/{theirs.pk}/release/").status_code == 404
    assert Message.objects.get(pk=theirs.pk).held_at is not None
    client.post(f"/desk/tickets/{own.pk}/read/", {"message": theirs.pk})
    assert Conversation.objects.get(pk=theirs.conversation_id).agent_read_id == 0
    form = {"kind": "reply", "html": "<p>x</p>", "via": str(foreign.conversations.get().pk)}
    assert client.post(f"/desk/tickets/{own.pk}/send/", form).status_code == 422


def test_az_06_lists_counts_and_search_hold_only_what_may_be_seen(
    at_desk, foreign: Ticket, world: World
) -> None:
    client = at_desk("sara")
    team = world.teams["payments"].pk
    paths = [
        f"/desk/list/{slug}/"
        for slug in ("all", "waiting", "unassigned", "done", f"team-{team}", f"queue-{team}")
    ]
    paths += [
        "/desk/chats/",
        "/desk/chats/queue/",
        "/desk/search/?q=محرمانه",
        "/desk/search/?q=7744",
        "/desk/search/?q=مینا",
    ]
    for path in paths:
        page = client.get(path).content.decode()
        assert f'row-{foreign.pk}"' not in page and f"/tickets/{foreign.pk}/" not in page, path
    assert 'value="1"' not in client.get("/desk/counts/").content.decode()
    assert 'value="1"' in at_desk("dara").get("/desk/counts/").content.decode()
    assert client.get(f"/desk/list/all/rows/{foreign.pk}/").status_code == 204


def test_az_19_the_customers_other_tickets_show_only_where_they_may_be_seen(
    at_desk, foreign: Ticket, write
) -> None:
    own = write()
    assert "محرمانه" not in at_desk("sara").get(f"/desk/tickets/{own.pk}/").content.decode()
    assert "محرمانه" in at_desk("nika").get(f"/desk/tickets/{own.pk}/").content.decode()


def test_the_stream_is_granted_only_for_what_may_be_seen(
    at_desk, foreign: Ticket, write, world: World
) -> None:
    own = write()
    talk = foreign.conversations.get().pk
    query = f"topics=ticket:{foreign.pk}&topics=ticket:{own.pk}&topics=conversation:{talk}&topics=desk&topics=agent:1"
    sara, front = world.agents["sara"], world.tiers[1].pk
    topics = at_desk("sara").get(f"/desk/live-ticket/?{query}").json()["topics"]
    assert topics == sorted([f"agent:{sara.pk}", "community", f"ticket:{own.pk}", f"tier:{front}"])
    assert f"ticket:{foreign.pk}" in at_desk("nika").get(f"/desk/live-ticket/?{query}").json()["topics"]


def test_au_18_looking_changes_nothing(at_desk, write) -> None:
    ticket, chat = write(), write(channel="chat")
    client = at_desk("nika")
    before = (Event.objects.count(), list(Ticket.objects.values()), list(Agent.objects.values()))
    for one in (ticket, chat):
        for path in doors(one):
            client.get(path)
    for path in ("/desk/presence/", "/desk/here/", "/desk/me/look/", "/desk/saved/1/used/"):
        assert client.get(path).status_code == 405
    assert (Event.objects.count(), list(Ticket.objects.values()), list(Agent.objects.values())) == before


def test_au_18_posts_need_their_own_page(world: World, write) -> None:
    ticket = write()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    assert client.post(f"/desk/tickets/{ticket.pk}/solve/").status_code == 403
    assert Ticket.objects.get(pk=ticket.pk).status == "new"


def test_strangers_customers_and_former_agents_stay_outside(world: World, write, at_desk) -> None:
    ticket = write()
    stranger = Client()
    assert stranger.get("/desk/list/all/").headers["Location"].startswith("/accounts/login/")
    assert stranger.get("/desk/counts/", headers={"HX-Request": "true"}).status_code == 401
    assert stranger.post(f"/desk/tickets/{ticket.pk}/take/").status_code == 401
    customer = Client()
    customer.force_login(
        User.objects.create_user("someone@example.com", "x" * 12, name="x"),
        backend="pelekan.people.backends.Backend",
    )
    former = at_desk("omid")
    Agent.objects.filter(pk=world.agents["omid"].pk).update(disabled_at=NOON)
    for client in (customer, former):
        for path in ("/desk/list/all/", f"/desk/tickets/{ticket.pk}/", "/desk/live-ticket/?topics=desk"):
            response = client.get(path)
            signed_out = response.status_code == 302 and response.headers["Location"].startswith(
                "/accounts/login/"
            )
            assert response.status_code in (401, 403) or signed_out, path


def test_az_08_my_settings_cannot_make_me_more(at_desk, world: World) -> None:
    form = {
        "name": "سارا", "language": "fa", "calendar": "", "digits": "local", "zone": "", "theme": "dark",
        "density": "dense", "chat_capacity": "5", "role": "admin", "sees_all_tiers": "on", "is_active": "",
        "teams": str(world.teams["payments"].pk), "email": "other@example.com",
    }  # fmt: skip
    assert at_desk("sara").post("/desk/me/", form).status_code == 302
    sara = Agent.objects.select_related("user").get(pk=world.agents["sara"].pk)
    assert (sara.role, sara.sees_all_tiers, sara.team_ids) == ("agent", False, [world.teams["front"].pk])
    assert (sara.user.email, sara.user.theme, sara.chat_capacity) == ("sara@chakad.example", "dark", 5)


def test_the_raw_mail_is_for_managers(at_desk, write) -> None:
    ticket = write()
    pk = ticket.messages.earliest("id").pk
    assert at_desk("sara").get(f"/desk/messages/{pk}/raw/").status_code == 404
