"""All addresses of the office."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic.base import RedirectView

from mingcha.records.accounts.gate import public
from mingcha.web import errors
from mingcha.web.pages import about, home
from mingcha.web.pages.permissions import permissions
from mingcha.web.static_files import static_file

urlpatterns = [
    path("", home.home, name="home"),
    path("register/", include("mingcha.web.pages.book_urls")),
    path("api/v1/", include("mingcha.web.api.urls")),
    path("about/", about.about, name="about"),
    path("", include("mingcha.web.pages.map_urls")),
    path("permissions/", permissions, name="permissions"),
    path("law/", include("mingcha.web.pages.law_urls")),
    path("", include("mingcha.records.accounts.urls")),
    path("", include("mingcha.records.inventory.urls")),
    path("", include("mingcha.records.viewing.urls")),
    path("", include("mingcha.records.condition.urls")),
    path("", include("mingcha.records.custody.urls")),
    path("", include("mingcha.records.disclosure.urls")),
    path("", include("mingcha.records.screens.urls")),
    path("", include("mingcha.records.files.urls")),
    path("", include("mingcha.records.personnel.urls")),
    path("", include("mingcha.records.documents.urls")),
    path("", include("mingcha.records.signs.urls")),
    path("", include("mingcha.web.pages.papers_urls")),
    path("", include("mingcha.web.pages.policy_urls")),
    path("static/<path:path>", static_file, name="static"),
    path("favicon.ico", public(RedirectView.as_view(url="/static/dist/favicon.svg", permanent=False)), name="favicon"),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
