"""The public page of a site, where the QR code of a notice leads: who records here, why, how long, and one's rights.

No sign-in, no cookie, no script. It tells nothing of cameras, their number or places, and no id of ours; who does not
know the address cannot find it. The language is part of the address, so that any cache may keep the page.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import public
from mingcha.records.inventory.terms import term_coming
from mingcha.records.signs.queries import notice_for, published, rights_at

KEPT_BY_CACHES_S = 600
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@public
@require_http_methods(["GET", "HEAD"])
def public_site(request: HttpRequest, token: str) -> HttpResponse:
    """`lang=en` in the address for English; Chinese otherwise."""
    language = "en" if request.GET.get("lang") == "en" else "zh"
    notice = published(token)
    with override("en" if language == "en" else "zh-hans"):
        context: dict[str, Any] = {"language": language, "html_lang": "en" if language == "en" else "zh-Hans"}
        if notice is None:
            return _answer(render_to_string("web/public_site_gone.html", context), status=404, max_age_s=60)
        at = request.at  # type: ignore[attr-defined]
        says = notice_for(notice.site, at)
        context |= {
            "says": says,
            "purpose": says.purpose[language],
            "site": notice.site,
            "rights": rights_at(notice.site, at),
            "coming": term_coming(notice.site, at),
            "changed_at": notice.changed_at,
        }
        # Without the request: a page that asked who is signed in could not be kept for all.
        return _answer(render_to_string("web/public_site.html", context), status=200, max_age_s=KEPT_BY_CACHES_S)


def _answer(body: str, *, status: int, max_age_s: int) -> HttpResponse:
    headers = {**HEADERS, "Cache-Control": f"public, max-age={max_age_s}"}
    return HttpResponse(body, status=status, headers=headers)
