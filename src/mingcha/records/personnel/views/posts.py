"""Posts: the overview by site, one post with its history, opening, changing, closing."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Site
from mingcha.records.personnel import actions, queries
from mingcha.records.personnel.forms import PostForm
from mingcha.records.personnel.models import Post
from mingcha.records.personnel.queries import InPost
from mingcha.records.personnel.requirements import demands
from mingcha.records.personnel.states import WATCHING, PostKind
from mingcha.records.personnel.views.errors import put_error
from mingcha.records.wording.law import Ground, grounds

SITES_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with those who hold it today."""

    post: Post
    holders: list[InPost]

    @property
    def vacant(self) -> int:
        return max(0, self.post.seats - len(self.holders))

    @property
    def watches(self) -> bool:
        return self.post.kind in WATCHING


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site with its posts."""

    site: Site
    posts: list[PostRow]

    @property
    def nobody_watches(self) -> bool:
        """Whether there is nobody who may see pictures of this site now."""
        return not any(row.watches and any(not one.suspended for one in row.holders) for row in self.posts)


@permission(Permission.READ_PEOPLE)
@require_http_methods(["GET"])
def posts(request: PersonRequest) -> HttpResponse:
    """Who watches where, and which posts are vacant."""
    sites = inventory.sites(viewer=request.user).filter(closed_on__isnull=True)
    page = Paginator(sites, SITES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _rows(request, list(page.object_list)),
        "may_manage": request.user.may(Permission.MANAGE_PERSONNEL),
        "may_appoint": request.user.may(Permission.APPOINT),
    }
    return render(request, "personnel/posts.html", context)


@permission(Permission.READ_PEOPLE)
@require_http_methods(["GET"])
def post(request: PersonRequest, public_id: str) -> HttpResponse:
    """One post: who holds it, what the law demands for it, and everybody who ever held it."""
    found = queries.post_for(viewer=request.user, public_id=public_id)
    today = timezone.localdate(request.at)
    holders = queries.in_posts(today, Q(post=found))
    history = Paginator(queries.appointments(viewer=request.user, post=found), 50)
    context = {
        "post": found,
        "row": PostRow(found, holders),
        "demanded": _demanded(found, request),
        "history": history.get_page(request.GET.get("page")),
        "today": today,
        "may_manage": request.user.may(Permission.MANAGE_PERSONNEL),
        "may_appoint": request.user.may(Permission.APPOINT),
    }
    return render(request, "personnel/post.html", context)


@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def add_post(request: PersonRequest) -> HttpResponse:
    sites = inventory.sites(viewer=request.user).filter(closed_on__isnull=True)
    form = PostForm(request.POST or None, sites=sites, initial={"site": request.GET.get("site", "")})
    if request.method == "POST" and form.is_valid():
        try:
            opened = actions.open_post(**form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The post has been opened."))
            return redirect("post", public_id=opened.public_id)
    return render(request, "personnel/post_form.html", {"form": form, "post": None, "has_sites": sites.exists()})


@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def edit_post(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.post_for(viewer=request.user, public_id=public_id)
    form = PostForm(request.POST or None, initial={"name": found.name, "seats": found.seats})
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_post(post=found, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The changes have been saved."))
            return redirect("post", public_id=found.public_id)
    return render(request, "personnel/post_form.html", {"form": form, "post": found, "has_sites": True})


@permission(Permission.MANAGE_PERSONNEL)
@require_POST
def close_post(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.post_for(viewer=request.user, public_id=public_id)
    actions.close_post(post=found, actor=request.user, at=request.at)
    messages.success(request, gettext("The post has been closed."))
    return redirect("posts")


def _rows(request: PersonRequest, sites: list[Site]) -> list[SiteRow]:
    holders: dict[str, list[InPost]] = {}
    for one in queries.in_posts(timezone.localdate(request.at), Q(post__site__in=sites)):
        holders.setdefault(one.post, []).append(one)
    by_site: dict[int, list[PostRow]] = {}
    for found in queries.posts_of_sites(viewer=request.user, sites=sites):
        by_site.setdefault(found.site_id, []).append(PostRow(found, holders.get(found.public_id, [])))
    return [SiteRow(site, by_site.get(site.pk, [])) for site in sites]


def _demanded(post: Post, request: PersonRequest) -> list[tuple[str, list[Ground]]]:
    """What the law demands for this post today, in words."""
    asked = demands(PostKind(post.kind), queries.circumstances(post.site), timezone.localdate(request.at))
    return [(str(item.label), grounds(cites)) for item, cites in asked.items]
