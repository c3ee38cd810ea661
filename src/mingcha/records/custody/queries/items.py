"""Reads of copies in custody; each takes the viewer and returns only what that person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from mingcha.base.errors import Corrupt, Invalid, NotAllowed
from mingcha.base.identity import masked
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.custody.models import Item, ItemDownload, ItemStep
from mingcha.records.inventory.models import Site
from mingcha.records.policies import queries as policies
from mingcha.records.policies.models import Approval
from mingcha.records.policies.states import ApprovalKind, PolicyKey
from mingcha.records.viewing.models import Export
from mingcha.records.viewing.states import ExportState, ServedKind

UNREADABLE = "••••"


@dataclass(frozen=True, slots=True)
class CopySearch:
    """What a list of copies is to hold; empty fields do not narrow. `state`: of custody, or of an order that is not
    finished (``ordered``, ``failed``); `text`: piece of a receiver, purpose or seal, or an id in full."""

    state: str = ""
    text: str = ""
    basis: str = ""
    before_id: int | None = None


def copies(*, viewer: Person) -> QuerySet[Export]:
    """Orders of copies with what custody knows of each, newest first: all for those who see copies."""
    found = Export.objects.select_related("viewing__viewer", "item").prefetch_related("viewing__cameras__site")
    return found.order_by("-id") if viewer.may(Permission.SEE_COPIES) else found.none()


def found_copies(*, viewer: Person, wanted: CopySearch) -> QuerySet[Export]:
    """Those that match, paged by the order's number."""
    found = copies(viewer=viewer)
    if wanted.state in (ExportState.ORDERED, ExportState.FAILED):
        found = found.filter(state=wanted.state)
    elif wanted.state:
        found = found.filter(item__state=wanted.state)
    if wanted.basis:
        found = found.filter(viewing__basis=wanted.basis)
    if wanted.text:
        text = wanted.text
        found = found.filter(
            Q(item__receiver_name__icontains=text)
            | Q(item__receiver_unit__icontains=text)
            | Q(item__purpose__icontains=text)
            | Q(item__seal_number=text)
            | Q(item__public_id=text)
            | Q(viewing__basis=text)
            | Q(viewing__note__icontains=text)
        )
    return found.filter(pk__lt=wanted.before_id) if wanted.before_id else found


def items(*, viewer: Person) -> QuerySet[Item]:
    found = Item.objects.select_related("export__viewing__viewer")
    return found if viewer.may(Permission.SEE_COPIES) else found.none()


def item_for(*, viewer: Person, public_id: str) -> Item:
    """One copy; raises NotAllowed (``item.unknown``)."""
    found = items(viewer=viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("item.unknown", "There is no such copy.")
    return found


def item_of_order(*, viewer: Person, viewing_id: str = "", grant: str = "") -> Item:
    """The copy that came of an order, named by its viewing or the viewing's grant. Raises NotAllowed
    (``item.unknown``)."""
    order = Q(export__viewing__public_id=viewing_id) if viewing_id else Q(export__viewing__grant=grant)
    found = items(viewer=viewer).filter(order).first()
    if found is None:
        raise NotAllowed("item.unknown", "There is no such copy.")
    return found


def items_on(*, viewer: Person, basis: str) -> QuerySet[Item]:
    """Copies made for one request, for whoever may read that request and copies."""
    return items(viewer=viewer).filter(basis=basis).order_by("id")


def steps_of(item: Item) -> QuerySet[ItemStep]:
    """The chain, oldest first."""
    return item.steps.select_related("signature", "evidence").order_by("id")


def downloads_of(item: Item) -> QuerySet[ItemDownload]:
    """Each download with `sent`: how many times bytes of it really began to flow, by the recorder's facts."""
    sent = Count("viewing__served", filter=Q(viewing__served__kind=ServedKind.EXPORT))
    return item.downloads.select_related("viewing__viewer").annotate(sent=sent).order_by("id")


def masked_number(step: ItemStep) -> str:
    """The number on the paper shown, as screens show it; empty when there is none."""
    if not step.number_sealed:
        return ""
    try:
        return masked(node_sealer(settings.DATA_DIR).open(step.number_sealed, f"{step.item.public_id}/step/{step.pk}"))
    except Corrupt:
        return UNREADABLE


def found_by_hash(*, viewer: Person, sha256: str) -> list[tuple[Item, str]]:
    """Copies whose manifest, or one of whose files, has this SHA-256; the second is the file's name, empty for the
    manifest. Raises Invalid (``item.hash``) for what is no hash."""
    digest = "".join(sha256.split()).lower()
    if len(digest) != 64 or any(c not in "0123456789abcdef" for c in digest):
        raise Invalid("item.hash", "A SHA-256 has 64 hexadecimal digits.")
    seen = items(viewer=viewer)
    whole = [(item, "") for item in seen.filter(manifest_sha256=digest).order_by("id")]
    parts = seen.filter(files__sha256=digest).annotate(file_name=F("files__name")).order_by("id")
    return whole + [(item, str(item.file_name)) for item in parts]


def site_of(item: Item) -> Site:
    camera = item.export.viewing.cameras.select_related("site").order_by("id").first()
    assert camera is not None
    return camera.site


def item_name(item: Item) -> str:
    """Its cameras by name."""
    return "、".join(item.export.viewing.cameras.order_by("id").values_list("name", flat=True))


def wants_approval(site: Site, at: datetime) -> bool:
    """Whether the house wants a second person before a copy of this site is handed over."""
    return bool(policies.value_of(PolicyKey.SECOND_HANDOVER, site=site.public_id, at=at))


def witnesses_wanted(site: Site, at: datetime) -> int:
    """How many have to see the destruction of what is outside."""
    return policies.value_of(PolicyKey.DESTROY_WITNESSES, site=site.public_id, at=at)


def approval_facts(item: Item) -> dict[str, object]:
    """What a second person approves, and nothing else: this copy on this medium under this seal to this receiver."""
    return {
        "manifest_sha256": item.manifest_sha256,
        "medium": item.medium,
        "seal_number": item.seal_number,
        "receiver_unit": item.receiver_unit,
        "receiver": item.receiver_name,
        "purpose": item.purpose,
    }


def standing_approval(item: Item, at: datetime) -> Approval | None:
    """A consent that can be used for handing it over as it is sealed now."""
    return policies.standing_approval(ApprovalKind.ITEM_HANDOVER, item.public_id, at, facts=approval_facts(item))


def waiting_approval(item: Item, at: datetime) -> Approval | None:
    """A wish for exactly this hand-over that nobody has answered yet."""
    waiting = Approval.objects.filter(
        kind=ApprovalKind.ITEM_HANDOVER, subject=item.public_id, answer="", until_at__gt=at,
        digest=policies.digest_of(approval_facts(item)),
    )  # fmt: skip
    return waiting.select_related("asked_by").order_by("-id").first()


def copies_to_delete(*, at: datetime) -> QuerySet[Item]:
    """Copies the recorder has to hear of: their deletion was ordered, and it has said neither that it is done nor that
    it knows no such copy."""
    found = Item.objects.filter(delete_ordered_at__lte=at, copy_deleted_at__isnull=True, copy_unknown_at__isnull=True)
    return found.select_related("export").order_by("delete_ordered_at", "id")
