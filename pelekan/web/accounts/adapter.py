"""How django-allauth behaves here: nobody signs himself up as an agent."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Agents are invited; customers come through the portal."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
