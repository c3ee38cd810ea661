"""Downloading a copy: bound to its grant and to where it stands in custody, counted, each with its own ticket."""

from __future__ import annotations

from datetime import datetime

from mingcha.base.errors import Conflict
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.actions.chain import add_step, enter_item, move
from mingcha.records.custody.grants import terms_of
from mingcha.records.custody.models import Item, ItemDownload
from mingcha.records.custody.states import ItemAct
from mingcha.records.register.actions import act
from mingcha.records.viewing.actions import Asker, Terms, end_viewing, fetch_export
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.states import End


@act("item.downloaded", of_acts=True)
def download(*, item: Item, asker: Asker, at: datetime) -> Viewing:
    """Register a download of a copy that waits to be handed over; the viewing under which it may flow.

    A copy made under a grant is downloaded while that grant stands and no longer. Raises Conflict (``item.state``,
    ``item.copy_gone``, ``item.grant_over``), NotAllowed.
    """
    require(asker.viewer, Permission.ORDER_EXPORT)
    move(item, ItemAct.DOWNLOAD)
    if item.copy_deleted_at is not None:
        raise Conflict("item.copy_gone", "The recorder no longer has this copy.")
    viewing = fetch_export(export=item.export, asker=asker, at=at, terms=_terms(item, at))
    ItemDownload.objects.create(item=item, viewing=viewing)
    add_step(item, ItemAct.DOWNLOAD, asker.viewer, at)
    enter_item(item, asker.viewer, at, {"count": item.downloads.count()}, refs=[viewing.public_id])
    return viewing


def end_downloads(item: Item, at: datetime) -> int:
    """End whatever of this copy still flows, also under its order; for acts that are made of acts. The gateway tells
    the recorder, which stops within two seconds."""
    ended = 0
    open_ = Viewing.objects.filter(ended_at__isnull=True)
    for viewing in [*open_.filter(download__item=item), *open_.filter(pk=item.export.viewing_id)]:
        try:
            end_viewing(viewing=viewing, end=End.COPY_CLOSED, at=at)
            ended += 1
        except Conflict:
            continue  # its page closed it at the same moment
    return ended


def _terms(item: Item, at: datetime) -> Terms | None:
    if not item.basis:
        return None
    terms = terms_of(item.basis, at)
    if terms is None:
        raise Conflict("item.grant_over", "The grant this copy was made for is over.")
    return terms
