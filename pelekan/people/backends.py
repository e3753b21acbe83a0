"""Signing in: one query brings the user with the agent and the customer that he is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from pelekan.people.models import User


class Backend(ModelBackend):
    """E-mail and password. An inactive user and a disabled agent are signed out at their next request."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("agent", "customer").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        agent = getattr(user, "agent", None)
        return super().user_can_authenticate(user) and (agent is None or agent.disabled_at is None)
