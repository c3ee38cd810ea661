"""The staff list of a site for its police: chosen on a page with masked numbers, taken out whole on paper, as PDF or
as CSV by a registered act."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Site
from mingcha.records.personnel import actions, queries
from mingcha.records.personnel.forms import TakeOutForm
from mingcha.records.personnel.queries import StaffRow
from mingcha.records.personnel.views.errors import put_error
from mingcha.web.pages.book_file import safe_cell
from mingcha.web.pdf import as_download, pdf_response

LISTED_AT_MOST = 500
FORMS = ("html", "pdf", "csv")


@permission(Permission.MANAGE_PERSONNEL)
@recent_identity
@require_http_methods(["GET", "POST"])
def staff_list(request: PersonRequest) -> HttpResponse:
    """Whom to file: those not yet filed are ticked. Sent off, the list leaves with whole numbers."""
    sites = inventory.sites(viewer=request.user).filter(closed_on__isnull=True)
    asked = (request.POST if request.method == "POST" else request.GET).get("site", "")
    site = inventory.site_for(viewer=request.user, public_id=asked) if asked else sites.first()
    people, today = _people(request, site), timezone.localdate(request.at)
    shown = queries.staff_rows(people, site, today, in_full=False) if site else []
    unfiled = [row.person.public_id for row in shown if row.filing.holding == "missing"]
    form = TakeOutForm(request.POST or None, shown=people, initial={"people": unfiled})
    if request.method == "POST" and site is not None and form.is_valid():
        wanted = request.POST.get("form", "")
        if wanted not in FORMS:
            raise Invalid("request.invalid", "The request cannot be read.")
        chosen = queries.people_for(viewer=request.user, public_ids=form.cleaned_data["people"])
        try:
            rows = actions.take_staff_list(
                site=site, people=chosen, reason=form.cleaned_data["reason"], actor=request.user, at=request.at
            )
            return _taken(request, site, rows, wanted, today)
        except (Invalid, Conflict, Corrupt, Unavailable) as error:
            put_error(form, error)
    ticked = set(form["people"].value() or ())
    context = {
        "site": site,
        "sites": sites,
        "form": form,
        "rows": [(row, row.person.public_id in ticked) for row in shown],
        "is_cut": len(people) == LISTED_AT_MOST,
        "limit": LISTED_AT_MOST,
        "may_manage": True,
    }
    return render(request, "web/staff_list.html", context)


def _people(request: PersonRequest, site: Site | None) -> list[Person]:
    if site is None:
        return []
    found = queries.people(viewer=request.user).filter(is_active=True)
    keys = queries.people_of_site(site, timezone.localdate(request.at))
    return list(found.filter(pk__in=keys)[:LISTED_AT_MOST])


def _taken(request: PersonRequest, site: Site, rows: Sequence[StaffRow], wanted: str, on: date) -> HttpResponse:
    name = gettext("Staff list of %(site)s") % {"site": site.name[:80]}
    context = {"title": name, "site": site, "rows": rows, "on": on, "by": request.user.name}
    if wanted == "pdf":
        return pdf_response(request, "web/paper/staff_list.html", context, f"{name}.pdf")
    if wanted == "csv":
        return as_download(_csv(rows).encode(), f"{name}.csv", content_type="text/csv; charset=utf-8")
    response = render(request, "web/staff_paper.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _csv(rows: Sequence[StaffRow]) -> str:
    """With a byte order mark, since spreadsheets guess wrong without one."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(
        [
            gettext("Full name"), gettext("Kind of number"), gettext("Number"), gettext("Telephone"),
            gettext("Employed by"), gettext("Post"), gettext("In the post since"), gettext("Entry check"),
            gettext("Undertaking signed"), gettext("Trained"), gettext("Filed"),
        ]
    )  # fmt: skip
    for row in rows:
        days = (row.since, row.check.day, row.undertaking.day, row.training.day, row.filing.day)
        said = [row.full_name, row.id_kind, row.id_number, row.phone, row.employer, row.posts]
        writer.writerow([safe_cell(cell) for cell in (*said, *(day.isoformat() if day else "" for day in days))])
    return out.getvalue()
