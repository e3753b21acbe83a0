"""What is worked out when a template is compiled: the same page, in the right language, and never twice."""

from __future__ import annotations

import pytest
from django.template import engines
from django.utils import translation
from markupsafe import Markup

from pelekan.web.paths import url

EVIL = '"><script>alert(1)</script>'


def source(text: str, language: str = "en") -> str:
    """The Python that a template becomes."""
    with translation.override(language):
        return str(engines["jinja2"].env.compile('{% import "ui.html" as ui %}' + text, raw=True))


def shown(text: str, language: str = "en", **values: object) -> str:
    with translation.override(language):
        return str(engines["jinja2"].env.from_string('{% import "ui.html" as ui %}' + text).render(**values))


@pytest.mark.parametrize(
    "text",
    [
        "{{ _('Take') }}", "{{ url('desk') }}", "{{ static('icon.svg') }}", "{{ ui.icon('hand', label=_('Take')) }}",
        "{{ ui.button(_('Take'), sign='hand', attrs={'hx-post': url('desk_presence'), 'data-key': 't'}) }}",
    ],
)  # fmt: skip
def test_what_is_constant_is_text_of_the_template(text: str) -> None:
    made = source(text)
    assert "context.call" not in made.replace("_('never')", "")
    assert shown(text)


def test_each_language_has_its_own_templates() -> None:
    words = {
        language: shown("{{ ui.status_name('open') }} {{ _('Take') }}", language) for language in ("fa", "en")
    }
    assert words["en"] == "Open Take"
    assert words["fa"] != words["en"]


def test_what_people_typed_stays_text() -> None:
    assert "<script" not in shown("{{ _('%(name)s is typing', name=name) }}", name=EVIL)
    assert "<script" not in shown("{{ ui.icon('hand', label=name) }}{{ ui.avatar(name) }}", name=EVIL)
    ours, theirs = shown("{{ ui.badge(_('Open')) }}"), shown("{{ ui.badge(name) }}", name="<b>Open</b>")
    assert "Open" in ours
    assert "&lt;b&gt;" in theirs


def test_a_name_of_the_templates_own_is_not_worked_out() -> None:
    assert shown("{% set url = shout %}{{ url('desk') }}", shout=str.upper) == "DESK"
    assert shown("{% macro _(x) %}<{{ x }}>{% endmacro %}{{ _('Take') }}") == "<Take>"


def test_addresses_are_those_of_the_router() -> None:
    assert url("desk_ticket", 42) == "/desk/tickets/42/"
    assert url("desk_release_message", 7, 31) == "/desk/tickets/7/messages/31/release/"
    assert url("desk_dialog", 7, "hand-over") == "/desk/tickets/7/dialogs/hand-over/"
    assert url("desk_list", slug="mine") == "/desk/list/mine/"


def test_what_is_drawn_once_is_drawn_for_the_same_values_only() -> None:
    button = "{{ ui.button('Go', attrs={'data-key': key, 'data-n': n}) }}"
    assert 'data-key="&lt;b&gt;"' in shown(button, key="<b>", n=1)
    assert 'data-key="<b>"' in shown(button, key=Markup("<b>"), n=1)
    assert 'data-n="2"' in shown(button, key="<b>", n=2)
    assert 'data-n="True"' in shown(button, key="<b>", n=True)


@pytest.mark.parametrize(("language", "status", "verb"), [("fa", "باز", "باز کردن"), ("ar", "مفتوحة", "فتح")])
def test_a_word_of_two_meanings_is_worked_out_in_its_own(language: str, status: str, verb: str) -> None:
    made = source('{{ pgettext("status", "Open") }} | {{ pgettext("verb", "Open") }}', language)
    assert f"{status} | {verb}" in made and "pgettext" not in made


def test_a_sentence_takes_drawn_pieces_and_escapes_the_rest() -> None:
    text = '{{ _("Goes to %(team)s", team=ui.name(team)) }} {{ _("Goes to %(team)s", team=team) }}'
    page = engines["jinja2"].from_string('{% import "ui.html" as ui %}' + text).render({"team": EVIL})
    assert page.count("<bdi>") == 1 and "<script>" not in page
