"""What forms of the settings are made of."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as lazy

from pelekan.lib.text import clean_controls, latin_digits
from pelekan.people.models import Team

_SPLIT = re.compile(r"[,،;؛\n]+")


class Text(forms.CharField):
    """One line, or with `rows` several, without control characters."""

    def __init__(
        self, label: Any, *, longest: int = 80, rows: int = 0, ltr: bool = False, **options: Any
    ) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        super().__init__(label=label, max_length=longest, widget=options.pop("widget", widget), **options)
        self.ltr, self.rows = ltr, rows

    def clean(self, value: Any) -> Any:
        return super().clean(clean_controls(value) if isinstance(value, str) else value)


class Number(forms.IntegerField):
    """A whole number, in any digits."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(latin_digits(value) if isinstance(value, str) else value)


class Words(forms.CharField):
    """Several words or phrases, divided by commas or line ends."""

    def __init__(self, label: Any, *, rows: int = 2, ltr: bool = False, **options: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": rows}),
            **options,
        )
        self.ltr, self.rows = ltr, rows

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        comma = "، " if get_language() in ("fa", "ar") else ", "
        return ("\n" if self.ltr else comma).join(value)

    def clean(self, value: Any) -> list[str]:
        text = clean_controls(super().clean(value))
        return list(dict.fromkeys(word for part in _SPLIT.split(text) if (word := " ".join(part.split()))))[
            :200
        ]


def choice(label: Any, options: Any, **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=options, **more)


def teams(label: Any, **options: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Team.objects.filter(archived_at=None), label=label, **options)


def organization_name() -> Text:
    return Text(
        lazy("Name of your organization"),
        longest=120,
        help_text=lazy("Customers see it in the portal and in mails."),
    )
