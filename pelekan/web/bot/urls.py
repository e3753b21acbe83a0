"""Where the bot's cards lead."""

from __future__ import annotations

from django.urls import path

from pelekan.web.bot import reading

urlpatterns = [path("read/<str:secret>/<int:pk>/", reading.read, name="bot_read")]
