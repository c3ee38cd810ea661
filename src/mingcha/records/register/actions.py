"""The only writer of the register, and the frame of every act.

An act is one function, keyword-only, decorated with `act("word")`. The decorator opens one durable transaction, so
that the change and its entry stand or fall together, and an act can never run inside another (Django refuses nested
durable blocks). An act that leaves no entry is a programming error and is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from django.db import transaction

from mingcha.records.register.acts import ACTS
from mingcha.records.register.canonical import canonical, plain
from mingcha.records.register.models import Entry, EntryRef

P = ParamSpec("P")
R = TypeVar("R")

MAX_SUBJECT_NAME = 1000


class Actor(Protocol):
    """Who does it: a person, or one of the fixed actors below."""

    @property
    def public_id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def role(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FixedActor:
    """An actor that is not a person with an account."""

    public_id: str
    name: str
    role: str = ""


SYSTEM = FixedActor("system", "Mingcha")
RECORDER = FixedActor("recorder", "Recorder")
CONSOLE = FixedActor("console", "Command line")


@dataclass(slots=True)
class _Frame:
    """The act that is running, and the entries it has made."""

    words: tuple[str, ...]
    entries: list[Entry] = field(default_factory=list)


_frame: ContextVar[_Frame | None] = ContextVar("register_frame", default=None)


def act(*words: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an act. `words`: the words its entries may carry, the first being the usual one."""
    for word in words:
        ACTS[word]

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with transaction.atomic(durable=True):
                frame = _Frame(words)
                token = _frame.set(frame)
                try:
                    result = function(*args, **kwargs)
                finally:
                    _frame.reset(token)
                if not frame.entries:
                    raise RuntimeError(f"the act {function.__qualname__} left no entry in the register")
                return result

        run.act_words = words  # type: ignore[attr-defined]
        return run

    return decorate


def enter(
    *,
    actor: Actor,
    at: datetime,
    subject: str = "",
    subject_name: str = "",
    refs: Iterable[str] = (),
    detail: Mapping[str, object] | None = None,
    law_version: str = "",
    word: str = "",
    source: str | None = None,
) -> Entry:
    """Add one entry for the act that is running.

    `word`: one of the act's words, the first when empty. `subject`: public id; `refs`: further ids the entry is
    about (the subject and a person who acts are among them by themselves). `source`: id of the recorder's fact.
    Raises RuntimeError outside an act.
    """
    frame = _frame.get()
    if frame is None or not transaction.get_connection().in_atomic_block:
        raise RuntimeError("register.enter outside an act")
    word = word or frame.words[0]
    if word not in frame.words:
        raise RuntimeError(f"the act may not enter {word!r}")
    if at.tzinfo is None:
        raise RuntimeError("register.enter wants an aware instant")
    entry = Entry.objects.create(
        at=at,
        act=word,
        actor=actor.public_id,
        actor_name=actor.name,
        actor_role=actor.role,
        subject=subject,
        subject_name=subject_name[:MAX_SUBJECT_NAME],
        detail=canonical(plain(detail or {})),
        law_version=law_version,
        source=source,
    )
    about = {ref for ref in (subject, actor.public_id, *refs) if "_" in ref}
    EntryRef.objects.bulk_create([EntryRef(entry=entry, ref=ref) for ref in sorted(about)])
    frame.entries.append(entry)
    return entry
