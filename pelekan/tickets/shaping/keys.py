"""API tokens: made, shown once, revoked; both leave an event."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people import tokens
from pelekan.people.models import Agent, Token
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping.values import CannotBe, require


@action
def create_key(
    name: str,
    *,
    scopes: tuple[str, ...],
    by: Agent,
    acts_as: Agent | None = None,
    now: datetime | None = None,
) -> tuple[Token, str]:
    """A new API token; its secret (the second value) is never to be seen again. `acts_as`: whose rights it has, and in whose
    name it works."""
    require(by, "settings")
    name = one_line(name, 80)
    if not name:
        raise CannotBe("name", _("Give the token a name, so that you know later what it is for."))
    if not scopes or set(scopes) - set(tokens.SCOPES):
        raise CannotBe("scopes", _("Choose what the token may do."))
    if acts_as is None and tokens.IN_A_NAME & set(scopes):
        raise CannotBe("acts_as", _("Choose in whose name the program works on tickets and articles."))
    if acts_as is not None and (acts_as.disabled_at or not acts_as.user.is_active):
        raise CannotBe("acts_as", _("Choose a colleague who works here."))
    person = acts_as.pk if acts_as else None
    token, secret = tokens.create(name, scopes=scopes, by=by.pk, acts_as=person, now=now)
    record("token.created", by=by, at=now, token=token.pk, title=name, scopes=list(scopes), acts_as=person)
    return token, secret


@action
def revoke_key(token: Token, *, by: Agent, now: datetime | None = None) -> None:
    """End a token at once."""
    require(by, "settings")
    living = Token.objects.filter(pk=token.pk, purpose=Token.Purpose.API, revoked_at=None)
    if living.update(revoked_at=now or clock()):
        record("token.revoked", by=by, at=now, token=token.pk, title=token.name)
