"""Addresses that other services call. No cookie is read here: each call proves itself by a signature or a secret."""

from __future__ import annotations

from django.urls import path

from pelekan.web.hooks import sms

urlpatterns = [
    path("sms/<slug:key>/", sms.incoming, name="hook_sms"),
    path("sms/<slug:key>/state/", sms.state, name="hook_sms_state"),
    path("sms/<slug:key>/<str:secret>/", sms.incoming_with_secret, name="hook_sms_secret"),
]
