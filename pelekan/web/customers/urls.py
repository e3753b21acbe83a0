"""Addresses of customers and organizations, below /desk/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from pelekan.web.customers import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("customers/", views.customers, name="customers"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("organizations/", views.organizations, name="organizations"),
    path("organizations/new/", views.new_organization, name="organization_new"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
]
