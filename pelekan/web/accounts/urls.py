"""Addresses for signing in and out. Of django-allauth's pages only those that agents need; the rest is no page."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from pelekan.web.accounts.views import PasswordResetFromKey, for_agents, invitation, nothing

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("invite/<str:secret>/", invitation, name="account_invite"),
    path("reauthenticate/", for_agents(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", for_agents(account.password_change), name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        PasswordResetFromKey.as_view(),
        name="account_reset_password_from_key",
    ),
    path("security/", for_agents(mfa.index), name="account_security"),
    path("security/", for_agents(mfa.index), name="mfa_index"),
    path("second-step/", mfa.authenticate, name="mfa_authenticate"),
    path("second-step/again/", for_agents(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("second-step/on/", for_agents(totp.activate_totp), name="mfa_activate_totp"),
    path("second-step/off/", for_agents(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("recovery-codes/", for_agents(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/new/",
        for_agents(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/file/",
        for_agents(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("none/", nothing, name="account_signup"),
    path("none/", nothing, name="account_set_password"),
    path("none/", nothing, name="account_email"),
]
