"""Named calendars: whose hours hold, what is remembered, who may change them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pelekan.people.models import Team
from pelekan.sla import calendars, keeping
from pelekan.sla.hours import is_open
from pelekan.sla.models import BusinessHours
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.shaping.values import CannotBe
from tests.statements import costs

WEEK = [[["09:00", "17:00"]]] * 5 + [[], []]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(world):
    BusinessHours.objects.all().delete()
    calendars.forget()


def save(world, name, row=None, **values):
    return keeping.save_hours(
        row, by=world.agents["arash"], name=name, **({"zone": "UTC", "week": WEEK} | values)
    )


def ticket_at(world, team="payments", inbox="mail"):
    return Ticket(team=world.teams[team], inbox=world.inboxes[inbox])


def zone(world, **where):
    hours = calendars.for_ticket(ticket_at(world, **where))
    return hours.zone.key if hours else None


def test_the_policys_then_the_teams_then_the_inboxes_then_the_default(world):
    assert zone(world) is None
    default = save(world, "default", zone="Asia/Tehran", is_default=True)
    assert zone(world) == "Asia/Tehran"
    save(world, "mail", zone="Europe/Berlin", inboxes=[world.inboxes["mail"]])
    assert zone(world) == "Europe/Berlin"
    save(world, "money", zone="Asia/Dubai", teams=[world.teams["payments"]])
    assert zone(world) == "Asia/Dubai"
    assert zone(world, team="front") == "Europe/Berlin"
    assert zone(world, team="front", inbox="shop") == "Asia/Tehran"
    assert calendars.for_ticket(ticket_at(world), default.pk).zone.key == "Asia/Tehran"
    assert calendars.for_inbox(world.inboxes["mail"]).name == "mail"
    assert calendars.for_inbox(world.inboxes["shop"]).name == "default"


def test_archived_hours_hold_no_more(world):
    save(world, "default", zone="Asia/Tehran", is_default=True)
    row = save(world, "money", zone="Asia/Dubai", teams=[world.teams["payments"]])
    keeping.archive_hours(row, by=world.agents["arash"])
    assert zone(world) == "Asia/Tehran"
    assert calendars.for_ticket(ticket_at(world), row.pk).zone.key == "Asia/Tehran"
    keeping.restore_hours(row, by=world.agents["arash"])
    assert zone(world) == "Asia/Dubai"


def test_a_team_has_one_calendar_and_there_is_one_default(world):
    one = save(world, "one", teams=[world.teams["payments"]], is_default=True)
    two = save(world, "two", teams=[world.teams["payments"], world.teams["front"]], is_default=True)
    assert list(one.teams.all()) == []
    assert set(two.teams.all()) == {world.teams["payments"], world.teams["front"]}
    assert list(BusinessHours.objects.filter(is_default=True)) == [two]
    keeping.give_inbox(world.inboxes["mail"], one, by=world.agents["arash"])
    keeping.give_inbox(world.inboxes["mail"], two, by=world.agents["arash"])
    assert list(world.inboxes["mail"].business_hours.all()) == [two]


def test_another_process_that_changes_a_calendar_is_noticed_at_once(world):
    row = save(world, "money", teams=[world.teams["payments"]])
    at = datetime(2027, 1, 1, 10, tzinfo=UTC)  # a Friday
    assert is_open(at, calendars.for_ticket(ticket_at(world)))
    BusinessHours.objects.filter(pk=row.pk).update(closed=["2027-01-01"], changed_at=at)  # as it would do
    assert not is_open(at, calendars.for_ticket(ticket_at(world)))


def test_it_costs_one_query_and_none_to_show(world):
    save(world, "money", teams=[world.teams["payments"]], country="IR")
    costs(lambda: calendars.for_ticket(ticket_at(world)), 1)
    costs(lambda: calendars.for_inbox(world.inboxes["mail"]), 0)


def test_one_that_cannot_be_read_spoils_no_other(world, caplog):
    save(world, "default", zone="Asia/Tehran", is_default=True)
    BusinessHours.objects.create(name="broken", week=[]).teams.add(
        Team.objects.get(pk=world.teams["payments"].pk)
    )
    assert zone(world) == "Asia/Tehran"
    assert "broken" in caplog.text


def test_what_cannot_be_is_refused_and_only_admins_change_them(world):
    for field, values in {
        "name": {"name": " "},
        "zone": {"zone": "Mars/Base"},
        "country": {"country": "XX"},
        "week": {"week": [[]]},
    }.items():
        with pytest.raises(CannotBe) as refused:
            save(world, **({"name": "x"} | values))
        assert refused.value.field == field
    with pytest.raises(PermissionError):
        keeping.save_hours(None, by=world.agents["sara"], name="x", week=WEEK, zone="UTC")
    assert not BusinessHours.objects.exists()


def test_each_change_is_written_down(world):
    row = save(world, "one")
    save(world, "one", row, zone="Asia/Tehran")
    save(world, "one", row, zone="Asia/Tehran")
    named = Event.objects.filter(name__startswith="hours.").values_list("name", "data__changed")
    assert [name for name, _changed in named] == ["hours.added", "hours.changed"]
    assert list(named)[1][1] == ["zone"]


def test_why_a_day_is_special(world):
    row = save(world, "iran", country="IR", own=[
        {"name": "Ramadan", "calendar": "hijri", "from": [9, 1], "to": [9, 30], "does": "open", "spans": [["10:00", "14:00"]]}
    ])  # fmt: skip
    found = calendars.calendar_of(row)
    assert found.why(date(2027, 3, 21), "fa") == "نوروز"
    assert found.why(date(2027, 2, 8), "en") == "Ramadan"
    assert found.why(date(2027, 2, 13), "en") == ""  # a Saturday: off anyway
    assert found.why(date(2027, 1, 1) + timedelta(days=3), "en") == ""
