"""Codes of GB/T 28181 as pages show them: what the digits of one mean, and which is free next."""

from __future__ import annotations

from mingcha.base.errors import Conflict, Invalid
from mingcha.law import regions
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.gb_code import Part, next_free, parts, read_gb_code
from mingcha.records.inventory.models import Camera, Site


def code_parts(code: str, language: str) -> tuple[Part, ...]:
    """A code in words; empty for none, or for one that this release would refuse."""
    try:
        read = read_gb_code(code)
    except Invalid:
        return ()
    return parts(read, regions.name_of(read.region, language))


def next_gb_code(*, viewer: Person, site: Site) -> str:
    """A code nobody has, in the row of those that the site's cameras have already, or else of its region. Empty when
    nothing says which."""
    if not viewer.may(Permission.MANAGE_CAMERAS):
        return ""
    own = site.cameras.exclude(gb_code="").values_list("gb_code", flat=True)
    try:
        prefix = next_free(own, region=site.region)[:14]
        taken = Camera.objects.filter(gb_code__startswith=prefix).values_list("gb_code", flat=True)
        return next_free(taken, region=site.region, prefix=prefix)
    except (Invalid, Conflict):
        return ""
