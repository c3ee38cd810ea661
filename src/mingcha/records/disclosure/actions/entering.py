"""What every act on a request leaves in the register, and what it settles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from mingcha.records.disclosure.models import Request
from mingcha.records.disclosure.queries import seers, subject_name
from mingcha.records.disclosure.requirements import Answer
from mingcha.records.disclosure.states import DebtEnd, Owing
from mingcha.records.files.actions import Upload, put_file
from mingcha.records.files.models import StoredFile
from mingcha.records.files.states import Kind
from mingcha.records.register.actions import Actor, enter


def enter_request(
    request: Request,
    actor: Actor,
    at: datetime,
    answer: Answer | None,
    *,
    detail: Mapping[str, object] | None = None,
    files: Sequence[StoredFile] = (),
    refs: Sequence[str] = (),
    word: str = "",
) -> None:
    """Enter the act, with who asks for what, and the law's answer as it stood then."""
    cameras = list(request.cameras.order_by("id").values_list("public_id", flat=True))
    enter(
        actor=actor,
        at=at,
        subject=request.public_id,
        subject_name=subject_name(request),
        refs=[request.site.public_id, *cameras, *(stored.public_id for stored in files), *refs],
        detail={**record_of(request), "mode": request.mode, "site": request.site.name, **(detail or {})},
        grounds=answer.citations if answer else (),
        law_version=answer.law_version if answer else "",
        word=word,
    )


def record_of(request: Request) -> dict[str, object]:
    """What the register of retrievals says of who retrieves, under the names of its columns."""
    return {
        "requester": request.requester,
        "retriever_unit": request.organ,
        "retriever_name": seers(request),
        "use": request.purpose,
        "case_number": request.case_number,
        "request": request.public_id,
        "from_us": request.from_us,
        "to_us": request.to_us,
    }


def lacking(request: Request) -> list[Owing]:
    """What an emergency may leave owed and is not there yet."""
    found = []
    if not request.officers.exists():
        found.append(Owing.OFFICER)
    if not request.papers.exists():
        found.append(Owing.PAPER)
    return found


def settle(request: Request, actor: Actor, at: datetime) -> None:
    """Settle the debts for which everything is there by now; for acts that may enter ``disclosure.debt_settled``."""
    still = lacking(request)
    for debt in request.debts.filter(settled_at__isnull=True).exclude(closed_as=DebtEnd.WRITTEN_OFF):
        if Owing(debt.code) in still:
            continue
        debt.settled_at = at
        debt.save(update_fields=("settled_at",))
        detail = {"owed": debt.code, "was_late": at > debt.due_at}
        enter_request(request, actor, at, None, detail=detail, word="disclosure.debt_settled")


def kept(upload: Upload | None, kinds: Iterable[Kind], actor: Actor, at: datetime) -> StoredFile | None:
    return put_file(upload=upload, kinds=kinds, actor=actor, at=at) if upload is not None else None
