"""Addresses for signing in and out; the pages themselves are django-allauth's flows in our templates."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("allauth.urls"))]
