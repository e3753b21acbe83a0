"""Saved views on their pages: made with the editor, in the nav with a count, shared, refused to others."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets import views
from pelekan.tickets.models import SavedView
from tests.web.admin.test_rules import filled, form_of
from tests.web.workspace.conftest import Write


def make(client: Client, **values: object) -> str:
    """A view of mails, by the form; where it stands."""
    page = client.get("/desk/views/new/").content.decode()
    sent = filled(form_of(page, "data-view-form"), show_1_value=["email"], **values)
    answer = client.post("/desk/views/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    views.forget()
    return str(answer["Location"])


def test_a_view_is_made_counted_and_opened(
    at_desk: Callable[[str], Client], write: Write, world: World
) -> None:
    sara = at_desk("sara")
    write(subject="پول کسر شد")
    write(channel="portal", subject="از پورتال")
    where = make(sara, name="نامه‌ها", icon="flame")
    page = sara.get(where).content.decode()
    assert "پول کسر شد" in page and "از پورتال" not in page and "نامه‌ها" in page
    counts = sara.get("/desk/counts/").content.decode()
    assert f'data-slug="saved-{SavedView.objects.get().pk}" value="1"' in counts
    rows = sara.get(where + "rows/").content.decode()
    assert rows.count('class="row ') == 1
    assert "نامه‌ها" in sara.get("/desk/views/").content.decode()


def test_a_team_sees_it_others_do_not(at_desk: Callable[[str], Client], world: World) -> None:
    sara, omid, dara = at_desk("sara"), at_desk("omid"), at_desk("dara")
    where = make(sara, name="پیشخوان", shared=f"team:{world.teams['front'].pk}")
    assert omid.get(where).status_code == 200 and "پیشخوان" in omid.get("/desk/list/mine/").content.decode()
    assert dara.get(where).status_code == 404 and dara.get(where + "rows/").status_code == 404
    pk = SavedView.objects.get().pk
    assert omid.get(f"/desk/views/{pk}/").status_code == 404
    assert omid.post(f"/desk/views/{pk}/delete/").status_code == 404
    nika = at_desk("nika")  # managers keep shared views in order
    assert nika.get(f"/desk/views/{pk}/").status_code == 200


def test_a_ticket_opened_from_a_view_that_is_gone(at_desk: Callable[[str], Client], write: Write) -> None:
    sara = at_desk("sara")
    ticket = write()
    where = make(sara, name="Mail")
    sara.post(f"/desk/views/{SavedView.objects.get().pk}/delete/")
    views.forget()
    assert sara.get(where).status_code == 404
    assert sara.get(f"/desk/tickets/{ticket.pk}/?in={where.split('/')[-2]}").status_code == 200


def test_what_is_wrong_stands_in_the_form(at_desk: Callable[[str], Client]) -> None:
    sara = at_desk("sara")
    page = sara.get("/desk/views/new/").content.decode()
    assert 'value="office_open"' not in page  # can't be asked of a list
    answer = sara.post("/desk/views/new/", filled(form_of(page, "data-view-form"), name=""))
    assert answer.status_code == 422 and not SavedView.objects.exists()
