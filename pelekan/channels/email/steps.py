"""The way from a mail with guided steps to the page where they are ticked."""

from __future__ import annotations

import html as entities
from collections.abc import Sequence

from django.utils.translation import gettext as _

from pelekan.tickets.guides.sending import link_of
from pelekan.tickets.models import Message


def with_links(messages: Sequence[Message], html: str, text: str) -> tuple[str, str]:
    """A mail's body with the links of the steps in it, in the language in force. Not for whoever is only copied: who has
    the link ticks for the customer."""
    for link in filter(None, map(link_of, messages)):
        said = _("Tick the steps here, and say where something does not work:")
        if html:
            html = f'{html}\n<p>{entities.escape(said)}<br><a href="{link}">{link}</a></p>'
        else:
            text = f"{text}\n\n{said}\n{link}"
    return html, text
