"""Addresses of answers that are offered to whoever writes a request."""

from __future__ import annotations

from django.urls import path

from pelekan.web.deflection import beside

urlpatterns = [
    path("look/", beside.look, name="answers_look"),
    path("solved/", beside.solved, name="answers_solved"),
    path("thanks/", beside.thanks, name="answers_thanks"),
    path("to/<str:token>/<int:pk>/", beside.to, name="answers_to"),
]
