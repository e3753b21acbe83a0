"""Addresses of the API, version 1: `/api/v1/docs` shows them to those who are signed in as agents."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from pelekan.api.problems import Problem, answer
from pelekan.api.v1.articles import router as articles_router
from pelekan.api.v1.climbing import router as climbing_router
from pelekan.api.v1.community import router as community_router
from pelekan.api.v1.community_doors import SignedIn
from pelekan.api.v1.community_order import router as community_order_router
from pelekan.api.v1.rules import router as rules_router
from pelekan.api.v1.tickets import router as tickets_router
from pelekan.people import tokens
from pelekan.people.models import Token

log = logging.getLogger("pelekan.api")
security = logging.getLogger("pelekan.security")


class Bearer(HttpBearer):
    """`Authorization: Bearer plk_…`; never a token in the query string."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        found = tokens.find(token)
        if found is None:
            security.warning("API token refused from %s", request.META.get("REMOTE_ADDR"))
            return None
        if wait := tokens.rate.wait(found):
            raise Problem(429, f"Try again in {wait} seconds.", headers={"Retry-After": str(wait)})
        return found


api = NinjaAPI(
    title="Pelekan",
    version="1",
    auth=Bearer(),
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("/tickets", tickets_router)
api.add_router("", climbing_router)
api.add_router("/rules", rules_router)
api.add_router("/articles", articles_router)
api.add_router("/community", community_router, auth=[Bearer(), SignedIn()])
api.add_router("/community", community_order_router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, fault: Problem) -> HttpResponse:
    return answer(fault.status, fault.detail, headers=fault.headers, **fault.more)


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    return answer(401, "Send `Authorization: Bearer <token>`.", headers={"WWW-Authenticate": "Bearer"})


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    errors = [
        {"field": ".".join(str(part) for part in e["loc"][2:] or e["loc"]), "message": e["msg"]}
        for e in fault.errors
    ]
    return answer(422, "See `errors`.", errors=errors)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, fault: HttpError) -> HttpResponse:
    return answer(fault.status_code, "The body must be one JSON object." if fault.status_code == 400 else "")


@api.exception_handler(Http404)
def _missing(request: HttpRequest, fault: Http404) -> HttpResponse:
    return answer(404)


@api.exception_handler(DataError)
@api.exception_handler(OverflowError)
def _unfit(request: HttpRequest, fault: Exception) -> HttpResponse:
    """A value that no column takes, wherever it stood: U+0000 in a text (PostgreSQL), a number of thirty digits (SQLite)."""
    return answer(422, "A value holds U+0000, or a number is too large.")


@api.exception_handler(Exception)
def _broken(request: HttpRequest, fault: Exception) -> Any:
    log.exception("an API request failed: %s", type(fault).__name__)
    return answer(500)


urlpatterns = [path("", api.urls)]
