"""The kit's macros: what a person types stays text, what a screen reader needs is there."""

import re
from datetime import UTC, datetime

import pytest
from django.template import engines

from pelekan.lib.time import Dates

EVIL = '"><script>alert(1)</script>'
AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Reading:
    """What templates call `dates`, at a fixed moment."""

    dates = Dates("fa", "jalali", "Asia/Tehran")

    def digits(self, number):
        return str(number).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    def time(self, at):
        return self.dates.time(at)

    recent = short = day = full = time


@pytest.fixture(scope="module")
def env():
    return engines["jinja2"].env


def show(env, text, **context):
    return env.from_string('{% import "ui.html" as ui %}' + text).render(dates=Reading(), **context)


def line(**changes):
    row = {
        "id": 31, "number": 1231, "url": "/desk/31/", "subject": "تمدید اشتراک", "preview": "سلام", "status": "open",
        "channel": "chat", "customer_id": 3, "customer_name": "نگار", "customer_initials": "ن", "last_at": AT, "unread": 0,
        "assignee_name": "", "assignee_initials": "", "assignee_id": None, "tier_level": 2, "tier_name": "کارشناسان",
        "priority": "normal", "waiting_since": None, "waits": False, "done": False, "mine": False,
    }  # fmt: skip
    return row | changes


def rows(env, *lines, current_id=None):
    return env.get_template("desk/rows.html").render(
        rows=lines, dates=Reading(), current_id=current_id, levels=3, view={"slug": "mine"}, more=""
    )


def test_the_staircase_shows_the_steps_climbed(env):
    drawn = show(env, "{{ ui.steps(2, 4, 'Specialists') }}")
    assert (drawn.count("<rect"), drawn.count('class="on"')) == (4, 2)
    assert 'aria-label="Specialists"' in drawn


@pytest.mark.parametrize("level, total", [(0, 2), (1, 1), (5, 3), (None, None)])
def test_any_number_of_tiers_draws(env, level, total):
    assert "<svg" in show(env, "{{ ui.steps(level, total) }}", level=level, total=total)


def test_an_error_is_tied_to_its_field(env):
    drawn = show(env, "{{ ui.input('mail', 'E-mail', error='Incomplete', type='email') }}")
    described = re.search(r'aria-describedby="([^"]+)"', drawn)[1]
    assert f'id="{described}"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "input--ltr" in drawn


def test_typed_text_finds_its_own_direction(env):
    assert 'dir="auto"' in show(env, "{{ ui.input('name', 'Name') }}")
    assert 'dir="auto"' not in show(env, "{{ ui.input('code', 'Code', ltr=True) }}")


def test_only_icons_that_mean_a_direction_are_mirrored(env):
    assert "icon--dir" in show(env, "{{ ui.icon('arrow-left') }}")
    assert "icon--dir" not in show(env, "{{ ui.icon('clock') }}")


@pytest.mark.parametrize("key", ["subject", "preview", "customer_name", "customer_initials", "assignee_name"])
def test_a_row_shows_what_was_typed_as_text(env, key):
    drawn = rows(env, line(**{"assignee_id": 4, "assignee_name": "آرش", key: EVIL}))
    assert "<script" not in drawn


def test_a_row_marks_the_open_ticket_and_what_is_unread(env):
    drawn = rows(env, line(id=1, unread=2), line(id=2), current_id=2)
    first, second = drawn.split('id="row-2"')
    assert "row--unread" in first and 'aria-current="true"' not in first
    assert 'aria-current="true"' in second


def test_a_promise_says_that_it_is_late_in_words_too(env):
    due = {"at": AT, "state": "late", "words": "۹ دقیقه", "what": "First response"}
    drawn = show(env, "{{ ui.clock(due) }}", due=due)
    assert "clock--late" in drawn and "alarm-clock" in drawn
    assert 'role="img" aria-label="' in drawn, "colour and icon alone would not reach everyone"
