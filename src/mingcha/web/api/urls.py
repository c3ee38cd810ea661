"""The interface put together: its addresses, and the OpenAPI document of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from ninja import NinjaAPI
from ninja.operation import Operation

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.web.api import cameras, inventory, register
from mingcha.web.api.answers import StrictParser, add_handlers, not_allowed

PREFIX = "/api/v1/"


class OfficeApi(NinjaAPI):
    """Operations are called by the name of their function."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def make_api() -> NinjaAPI:
    """The interface; no pages of documents with files from elsewhere."""
    made = OfficeApi(
        title="Mingcha",
        version="1",
        description="Inventory and register of a video system for public places. docs/ref/api.md",
        docs_url=None,
        openapi_url=None,
        urls_namespace="api-1",
        parser=StrictParser(),
    )
    for part in (inventory, cameras, register):
        made.add_router("", part.router)
    add_handlers(made)
    return made


api = make_api()


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(api.get_openapi_schema(path_prefix=PREFIX))


@permission(Permission.OWN_ACCOUNT)
@require_http_methods(["GET"])
def openapi(request: PersonRequest) -> JsonResponse:
    """The OpenAPI document, for those who have an account."""
    return JsonResponse(document())


def _patterns() -> list[URLPattern]:
    found: dict[str, URLPattern] = {}
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            route = str(pattern.pattern)
            found.setdefault(
                route, path(route, _plain(pattern.callback, _operations(route)), name=f"api-{pattern.name}")
            )
    return list(found.values())


def _operations(route: str) -> list[Operation]:
    """The operations of an address; each names its permission (`tools/permissions.py`)."""
    wanted = "/" + route.replace("<", "{").replace(">", "}")
    views = [view for bound in api._get_bound_routers() for at, view in bound.path_operations.items() if at == wanted]
    return [operation for view in views for operation in view.operations]


def _plain(view: Callable[..., Any], operations: list[Operation]) -> Callable[..., HttpResponseBase]:
    """The view with refusals of methods in the form of all others."""

    @never_cache
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            return not_allowed(request, response.headers["Allow"])
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # checked by `access`, for sessions only
    answered.operations = operations  # type: ignore[attr-defined]
    return answered


urlpatterns = [path("openapi.json", openapi, name="api-openapi"), *_patterns()]
