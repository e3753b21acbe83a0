"""How customers' pages look: what they call the house in each language, its greeting, colour and logo (S113)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.people.desk import sign
from pelekan.people.models import Language
from pelekan.tickets import shaping
from pelekan.web.admin.doors import agent, attempt, behind, went
from pelekan.web.admin.fields import Text
from pelekan.web.admin.frame import show
from pelekan.web.jinja import brand


class FaceForm(forms.Form):
    colour = Text(
        lazy("Colour"), longest=9, ltr=True, required=False,
        help_text=lazy("Six digits, such as #7c3aed. Its shades are chosen so that every word can be read, by day and by night. Empty: the usual one."),
    )  # fmt: skip
    logo = forms.FileField(label=lazy("Logo"), required=False)
    without_logo = forms.BooleanField(label=lazy("Take the logo away"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in Language.choices:
            words = {"language": language}
            self.fields[f"name-{code}"] = Text(_("Name in %(language)s") % words, longest=120, required=False)
            self.fields[f"greeting-{code}"] = Text(
                _("Greeting in %(language)s") % words, longest=120, required=False
            )


@behind("settings", "GET", "POST")
def page(request: HttpRequest) -> HttpResponse:
    """The form."""
    house, face = sign(), sign().face
    initial = {"colour": face.colour}
    for code in Language.values:
        initial |= {
            f"name-{code}": face.names.get(code, ""),
            f"greeting-{code}": face.greetings.get(code, ""),
        }
    form = FaceForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid() and attempt(form, lambda: _save(request, form.cleaned_data)):
        return went(request, "settings_face", _("Kept. Customers see it within a minute."))
    return show(
        request, "face", "settings_face", _("Look and words"),
        _("How the help centre, the community and the portal show themselves to customers. The desk stays as it is."),
        form=form, usual=house.name, logo=brand(request.LANGUAGE_CODE)["logo_url"],
        codes=Language.values,
        status=422 if form.errors else 200,
    )  # fmt: skip


def _save(request: HttpRequest, values: dict[str, Any]) -> Any:
    given = values["logo"]
    return shaping.save_face(
        by=agent(request),
        names={code: values[f"name-{code}"] for code in Language.values},
        greetings={code: values[f"greeting-{code}"] for code in Language.values},
        colour=values["colour"],
        logo=given.read() if given else None,
        without_logo=values["without_logo"] and not given,
    )
