"""Lists stand in the order that an agent chose, and rows show what service levels say of them."""

from __future__ import annotations

import re
from datetime import timedelta

from pelekan.lib.time import now
from pelekan.people.models import Agent
from pelekan.tickets.models import Ticket


def ids(page) -> list[int]:
    return [int(found) for found in re.findall(r'id="row-(\d+)"', page.content.decode())]


def test_the_most_urgent_stands_first_until_someone_wants_it_otherwise(at_desk, write) -> None:
    first, second, third = (write(f"پیام {number}").pk for number in range(3))
    Ticket.objects.filter(pk=first).update(rank_at=now())
    Ticket.objects.filter(pk=second).update(rank_at=now() - timedelta(hours=3))
    Ticket.objects.filter(pk=third).update(rank_at=now() - timedelta(hours=1))
    sara = at_desk("sara")
    assert ids(sara.get("/desk/list/all/")) == [second, third, first]
    page = sara.post("/desk/list/all/order/", {"order": "newest"})
    assert ids(page) == [third, second, first]
    assert 'hx-swap-oob="true"' in page.content.decode()
    assert Agent.objects.get(user__email="sara@chakad.example").list_order == "newest"
    assert ids(sara.get("/desk/list/all/")) == [third, second, first]
    assert ids(at_desk("nika").get("/desk/list/all/")) == [second, third, first], "everyone has his own order"
    assert ids(sara.post("/desk/list/all/order/", {"order": "by colour"})) == [third, second, first]


def test_further_rows_come_in_the_order_that_was_begun(at_desk, write) -> None:
    for number in range(30):
        Ticket.objects.filter(pk=write(f"پیام {number}").pk).update(rank_at=now() - timedelta(hours=number))
    sara = at_desk("sara")
    page = sara.get("/desk/list/all/")
    more = re.search(r'class="more" hx-get="([^"]+)"', page.content.decode())
    assert more is not None
    sara.post("/desk/list/all/order/", {"order": "newest"})  # meanwhile, in another tab
    rest = ids(sara.get(more[1].replace("&amp;", "&")))
    assert sorted([*ids(page), *rest]) == sorted(Ticket.objects.values_list("pk", flat=True))


def test_a_late_row_says_so_in_colour_sign_and_words(at_desk, write) -> None:
    ticket = write()
    Ticket.objects.filter(pk=ticket.pk).update(alarm=2, next_due_at=now() - timedelta(hours=2, minutes=1))
    sara = at_desk("sara")
    page = sara.get("/desk/list/all/").content.decode()
    row = page[page.index(f'id="row-{ticket.pk}"') - 60 :][:1600]
    assert "row--late" in row
    assert 'data-alarm="late"' in row
    assert "#alarm-clock" in row
    assert "۲ ساعت" in row
    assert re.search(
        r'<data data-slug="all" value="1" data-late="[^"]+" data-late-count="۱">',
        sara.get("/desk/counts/").content.decode(),
    )
    Ticket.objects.filter(pk=ticket.pk).update(status="solved")
    done = sara.get("/desk/list/done/").content.decode()
    assert "row--late" not in done, "what is done is late for nobody"
