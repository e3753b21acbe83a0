"""Addresses of customers and organizations, below /desk/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pelekan.web.customers import erasures, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", views.customers, name="customers"),
    path("customers/erasures/", erasures.erasures, name="erasures"),
    path("customers/erasures/<int:pk>/", erasures.erasure, name="erasure"),
    path("customers/erasures/<int:pk>/decide/", erasures.decide, name="erasure_decide"),
    path("customers/<int:pk>/erase/", erasures.ask_for, name="customer_erase"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/new/", views.new_organization, name="organization_new"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
]
