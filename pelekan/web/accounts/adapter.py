"""How django-allauth behaves here: invited agents only, mail as letters, own limits, secrets sealed."""

from __future__ import annotations

import logging
from typing import Any, cast
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pelekan.lib.limits import TooMuch
from pelekan.lib.secrets import open_sealed, seal
from pelekan.lib.time import now as clock
from pelekan.people import desk, letters
from pelekan.people.access import agent_of
from pelekan.people.models import User
from pelekan.tickets import actions
from pelekan.web.accounts import knowing
from pelekan.web.paths import own_path

security = logging.getLogger("pelekan.security")

LETTERS: dict[str, tuple[str | Promise, str | Promise]] = {
    "account/email/password_reset_key": (
        _("Choose a new password"),
        _("Open this link and choose a new password. It is good for one hour and for one use."),
    ),
    "account/email/unknown_account": (
        _("No account with this address"),
        _(
            "Someone wanted a new password for the support desk with this address, but no agent has it. If you are "
            "a customer, you need no password: sign in to the portal with a code."
        ),
    ),
    "account/email/password_changed": (
        _("Your password was changed"),
        _("The password of your account at the support desk was changed, and all other sessions ended."),
    ),
    "account/email/password_reset": (
        _("Your password was changed"),
        _("The password of your account at the support desk was changed, and all sessions ended."),
    ),
    "account/email/password_set": (
        _("Your password was set"),
        _("A password was set for your account at the support desk."),
    ),
    "mfa/email/totp_activated": (
        _("Second step switched on"),
        _("From now on signing in to the support desk also needs a code of your authenticator app."),
    ),
    "mfa/email/totp_deactivated": (
        _("Second step switched off"),
        _("From now on your password alone signs you in to the support desk."),
    ),
    "mfa/email/recovery_codes_generated": (
        _("New recovery codes"),
        _(
            "New recovery codes were made for your account at the support desk. The old ones are no longer good."
        ),
    ),
}
"""What allauth wants to mail → subject and sentence. What is not here is no flow of ours."""


class AccountAdapter(DefaultAccountAdapter):
    """Agents are invited; customers come through the portal."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-mail address and password do not belong together."),
        "too_many_login_attempts": _(
            "Too many wrong tries. Wait a quarter of an hour, use a browser where you have signed in before, or "
            "choose a new password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """What the server says; it reads proxies' headers only from configured proxies."""
        return str(request.META.get("REMOTE_ADDR", "")) or "unknown"

    def is_safe_url(self, url: str) -> bool:
        return bool(url) and own_path(url, "") == url

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/desk/" if agent_of(cast(User, request.user)) else reverse("portal_home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_security")

    # Signing in

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check e-mail and password, within the limits of `knowing`."""
        email = str(credentials.get("email", "")).strip().lower()[:254]
        try:
            attempt = knowing.Try(request, email)
        except TooMuch:
            raise self.validation_error("too_many_login_attempts") from None
        user = authenticate(request, email=email, password=credentials.get("password"))
        if user is None:
            security.warning("sign-in failed, from %s", self.get_client_ip(request))
            return None
        attempt.went_well()
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        found = self.authenticate(allauth_context.request, email=cast(User, user).email, password=password)
        return found is not None and found.pk == user.pk

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **values: Any) -> HttpResponse:
        response = super().post_login(request, user, **values)
        knowing.remember(response, cast(User, user))
        security.info("signed in: user %s, from %s", user.pk, self.get_client_ip(request))
        return response

    def logout(self, request: HttpRequest) -> None:
        agent = agent_of(cast(User, request.user))
        if agent is not None:
            actions.end_access(agent, by=agent, because="signed out")
        super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Sessions are bound to the password, so all others end; streams are told."""
        super().set_password(user, password)
        agent = agent_of(cast(User, user))
        if agent is not None:
            actions.end_access(agent, by=agent, because="password changed")
        security.info("password set: user %s", user.pk)

    # Mail

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL + path.replace("UID-KEY", quote(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        subject, sentence = LETTERS[template_prefix]
        user = context.get("user") or User.objects.filter(email=email).first()
        language = user.language if user else (translation.get_language() or settings.LANGUAGE_CODE)
        with translation.override(language):
            lines = [str(sentence)]
            if link := context.get("password_reset_url"):
                lines.append(str(link))
            elif template_prefix == "account/email/unknown_account":
                lines.append(settings.BASE_URL + reverse("portal_sign_in"))
            else:
                lines += [
                    str(_("If it was not you, choose a new password at once and tell your admin:")),
                    settings.BASE_URL + reverse("account_reset_password"),
                ]
            letters.write(
                email, kind="account", subject=str(subject), lines=lines, language=language, now=clock()
            )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        self.send_mail(template_prefix, email or cast(User, user).email, {"user": user})

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what happened."""


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes lie sealed in the database."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _("This code is not right.")}

    def encrypt(self, text: str) -> str:
        return seal(text, settings.SECRET_KEY)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text, settings.SECRET_KEY)

    def get_totp_issuer(self) -> str:
        return desk.sign().name
