"""Allauth's forms where ours differ."""

from __future__ import annotations

from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm


class ResetPasswordForm(AllauthResetPasswordForm):
    """Only working agents have passwords. Others get a mail that says so: the page answers all alike."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [
            user
            for user in self.users  # type: ignore[has-type]
            if hasattr(user, "agent") and user.agent.disabled_at is None
        ]
        return email
