"""Pages of the notices. The PDF and the public page are made in `mingcha.web.pages`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, MingchaError, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.files.serving import picture
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Site
from mingcha.records.signs import actions, queries
from mingcha.records.signs.forms import CheckForm, NoticeForm, PostForm, RemoveForm, SearchForm, SignForm
from mingcha.records.signs.models import Sign
from mingcha.records.signs.queries import Search
from mingcha.records.signs.states import SignState
from mingcha.records.wording import explain

PAGE = 50
FIELD_OF = {
    "sign.name": "name",
    "sign.area": "area",
    "sign.cameras": "cameras",
    "sign.future": "posted_on",
    "sign.result": "result",
    "sign.reason": "reason",
    "notice.interval": "check_every_days",
}
SHEET_NAMES = {"a4": "A4", "a3": "A3", "sticker": _("Sticker 200 × 300 mm")}
LANGUAGE_NAMES = {"both": _("Chinese and English"), "zh": _("Chinese"), "en": _("English")}


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def signs(request: PersonRequest) -> HttpResponse:
    """All notices, with filters and pages."""
    form = SearchForm(request.GET, sites=inventory.sites(viewer=request.user))
    wanted = form.search() if form.is_valid() else Search()
    today = timezone.localdate(request.at)
    if request.GET.get("due"):
        wanted = Search(site=wanted.site, due_on=today, after_id=wanted.after_id)
    found = list(queries.found_signs(viewer=request.user, wanted=wanted)[: PAGE + 1])
    kept = {key: value for key, value in request.GET.items() if key != "after" and value}
    context = {
        "filters": [form["site"], form["state"]],
        "signs": found[:PAGE],
        "today": today,
        "further": urlencode({**kept, "after": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "first": urlencode(kept),
        "is_first_page": not request.GET.get("after"),
        "is_filtered": bool(kept),
        "unannounced": queries.unannounced(viewer=request.user).count(),
        "due": queries.found_signs(viewer=request.user, wanted=Search(due_on=today)).count(),
        "may_check": request.user.may(Permission.CHECK_SIGNS),
    }
    return render(request, "signs/signs.html", context)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def missing(request: PersonRequest) -> HttpResponse:
    """Cameras that the law wants announced and that no posted notice announces, by site."""
    site = request.GET.get("site", "")
    found = queries.unannounced(viewer=request.user, site=site)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 18:
        found = found.filter(pk__gt=int(after))
    cameras = list(found[: PAGE + 1])
    context = {
        "cameras": cameras[:PAGE],
        "further": urlencode({"site": site, "after": cameras[PAGE - 1].pk}) if len(cameras) > PAGE else "",
        "is_first_page": not after,
        "may_check": request.user.may(Permission.CHECK_SIGNS),
    }
    return render(request, "signs/missing.html", context)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def sign(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.sign_for(viewer=request.user, public_id=public_id)
    return _sign_page(request, found)


@permission(Permission.CHECK_SIGNS)
@require_http_methods(["GET", "POST"])
def plan_sign(request: PersonRequest, site_id: str) -> HttpResponse:
    """Plan a notice; `camera` in the address (several) says which cameras are chosen at first."""
    site = inventory.site_for(viewer=request.user, public_id=site_id)
    chosen = request.GET.getlist("camera")
    boxes = request.POST.getlist("cameras") or chosen
    form = SignForm(request.POST or None, site=site, chosen=boxes, initial={"cameras": chosen})
    if request.method == "POST" and form.is_valid():
        try:
            planned = actions.plan_sign(site=site, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The notice has been planned. Print it, put it up, then say so here."))
            return redirect("sign", public_id=planned.public_id)
    return render(request, "signs/sign_form.html", {"form": form, "site": site, "sign": None})


@permission(Permission.CHECK_SIGNS)
@require_http_methods(["GET", "POST"])
def edit_sign(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.sign_for(viewer=request.user, public_id=public_id)
    cameras = list(found.cameras.values_list("public_id", flat=True))
    initial = {"name": found.name, "area": found.area_id, "cameras": cameras}
    boxes = [*cameras, *request.POST.getlist("cameras")]
    form = SignForm(request.POST or None, site=found.site, chosen=boxes, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_sign(sign=found, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The changes have been saved."))
            return redirect("sign", public_id=found.public_id)
    return render(request, "signs/sign_form.html", {"form": form, "site": found.site, "sign": found})


@permission(Permission.CHECK_SIGNS)
@takes_files
@require_POST
def post_sign(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.sign_for(viewer=request.user, public_id=public_id)
    form = PostForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            actions.post_sign(sign=found, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The notice counts as posted from that day."))
            return redirect("sign", public_id=found.public_id)
    return _sign_page(request, found, post_form=form, status=400)


@permission(Permission.CHECK_SIGNS)
@takes_files
@require_POST
def check_sign(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.sign_for(viewer=request.user, public_id=public_id)
    form = CheckForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            actions.check_sign(sign=found, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The check has been noted."))
            return redirect("sign", public_id=found.public_id)
    return _sign_page(request, found, check_form=form, status=400)


@permission(Permission.CHECK_SIGNS)
@require_POST
def remove_sign(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.sign_for(viewer=request.user, public_id=public_id)
    form = RemoveForm(request.POST)
    if not form.is_valid():
        return _sign_page(request, found, remove_form=form, status=400)
    actions.remove_sign(sign=found, reason=form.cleaned_data["reason"], actor=request.user, at=request.at)
    messages.success(request, gettext("The notice counts as taken down. Its cameras need another."))
    return redirect("sign", public_id=found.public_id)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def photo(request: PersonRequest, public_id: str) -> HttpResponse:
    return picture(queries.photo_for(viewer=request.user, public_id=public_id))


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def check_photo(request: PersonRequest, public_id: str, check: int) -> HttpResponse:
    return picture(queries.photo_for(viewer=request.user, public_id=public_id, check=check))


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def notices(request: PersonRequest) -> HttpResponse:
    """The sites, each with its printed notice and public page."""
    sites = inventory.sites(viewer=request.user)
    known = [(site, queries.notice_of(site)) for site in sites]
    return render(request, "signs/notices.html", {"sites": known})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET", "POST"])
def notice(request: PersonRequest, site_id: str) -> HttpResponse:
    """See and print the notice of a site; those who manage sites change what it says here."""
    site = inventory.site_for(viewer=request.user, public_id=site_id)
    own = queries.notice_of(site)
    fields = ("purpose_zh", "purpose_en", "contact", "check_every_days")
    initial = {field: getattr(own, field) for field in fields} if own else None
    form = NoticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish_notice(site=site, draft=form.draft(), actor=request.user, at=request.at)
        except Invalid as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The public page is open and says what you see here."))
            return redirect("notice", site_id=site.public_id)
    return render(request, "signs/notice.html", _notice_context(request, site, form))


@permission(Permission.MANAGE_SITES)
@require_POST
def renew_link(request: PersonRequest, site_id: str) -> HttpResponse:
    site = inventory.site_for(viewer=request.user, public_id=site_id)
    actions.renew_link(site=site, actor=request.user, at=request.at)
    messages.success(request, gettext("The public page has another address. Print and replace the notices."))
    return redirect("notice", site_id=site.public_id)


@permission(Permission.MANAGE_SITES)
@require_POST
def withdraw_notice(request: PersonRequest, site_id: str) -> HttpResponse:
    site = inventory.site_for(viewer=request.user, public_id=site_id)
    actions.withdraw_notice(site=site, actor=request.user, at=request.at)
    messages.success(request, gettext("The public page is closed."))
    return redirect("notice", site_id=site.public_id)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def sheet_svg(request: PersonRequest, site_id: str, sheet: str) -> HttpResponse:
    """The drawn notice; `lang` in the address: both, zh or en; `save` to download it."""
    site = inventory.site_for(viewer=request.user, public_id=site_id)
    drawing = queries.sheet_of(site, sheet, request.GET.get("lang", "both"), request.at)
    name = content_disposition_header(bool(request.GET.get("save")), f"{site.name[:60]}-{sheet}.svg")
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": name or "inline"}
    return HttpResponse(drawing, content_type="image/svg+xml; charset=utf-8", headers=headers)


def _notice_context(request: PersonRequest, site: Site, form: NoticeForm) -> dict[str, Any]:
    chosen = request.GET.get("lang", "both")
    sheet = request.GET.get("sheet", "a4")
    own = queries.notice_of(site)
    return {
        "site": site,
        "notice": own,
        "form": form,
        "says": queries.notice_for(site, request.at),
        "public_url": queries.public_url(own),
        "knows_public_url": bool(settings.PUBLIC_URL),
        "lang": chosen if chosen in LANGUAGE_NAMES else "both",
        "sheet": sheet if sheet in SHEET_NAMES else "a4",
        "sheets": SHEET_NAMES.items(),
        "langs": LANGUAGE_NAMES.items(),
        "may_manage": request.user.may(Permission.MANAGE_SITES),
    }


def _sign_page(
    request: PersonRequest,
    found: Sign,
    *,
    post_form: PostForm | None = None,
    check_form: CheckForm | None = None,
    remove_form: RemoveForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate(request.at)
    context = {
        "sign": found,
        "cameras": found.cameras.order_by("id"),
        "checks": queries.checks_of(found)[:50],
        "is_due": found.state == SignState.POSTED and found.next_check_on is not None and found.next_check_on <= today,
        "is_outdated": found.state == SignState.POSTED
        and found.wording != queries.notice_for(found.site, request.at).version,
        "post_form": post_form or PostForm(initial={"posted_on": today}),
        "check_form": check_form or CheckForm(),
        "remove_form": remove_form or RemoveForm(),
        "may_check": request.user.may(Permission.CHECK_SIGNS) and found.state != SignState.REMOVED,
    }
    return render(request, "signs/sign.html", context, status=status)


def _put_error(form: forms.Form, error: MingchaError) -> None:
    field = "photo" if error.code.startswith("file.") else FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, explain(error))
