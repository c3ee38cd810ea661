"""The only writer of the register, and the frame of every act.

An act is one function, keyword-only, decorated with `act("word")`. The decorator opens one durable transaction, so
that the change and its entry stand or fall together, and an act can never run inside another (Django refuses nested
durable blocks). An act that leaves no entry is a programming error and is rolled back.

The one exception is an act that says of itself that it is made of acts (an import of a whole site): those it calls run
as its steps, each under its own words, and all stand or fall with it. One that rehearses, and undoes everything by
raising at its end, writes no entries at all: they would be undone too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from django.db import transaction

from mingcha import law
from mingcha.base.clock import from_datetime
from mingcha.records.register.acts import ACTS
from mingcha.records.register.canonical import Json, canonical, plain
from mingcha.records.register.keys import act_code, keys_of, names_in
from mingcha.records.register.models import Entry, EntryName, Posting

P = ParamSpec("P")
R = TypeVar("R")

MAX_SUBJECT_NAME = 1000
MAX_NAME = 200
Ground = law.Citation | Mapping[str, object]


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
FIXED = frozenset({SYSTEM.public_id, RECORDER.public_id, CONSOLE.public_id})


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody was at an instant: the posts they held and the unit they acted for, by name."""

    post: str = ""
    unit: str = ""


_standing_of: list[Callable[[Actor, datetime], Standing]] = []


def tell_standing_by(teller: Callable[[Actor, datetime], Standing]) -> None:
    """Let an upper app say who holds which post: the register itself knows no posts. The last one given is asked."""
    _standing_of[:] = [teller]


@dataclass(slots=True)
class _Frame:
    """The act that is running, and the entries it has made."""

    words: tuple[str, ...]
    of_acts: bool = False
    rehearses: bool = False
    entries: list[Entry] = field(default_factory=list)
    standings: dict[tuple[str, datetime], Standing] = field(default_factory=dict)


_frame: ContextVar[_Frame | None] = ContextVar("register_frame", default=None)


def act(*words: str, of_acts: bool = False, rehearses: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an act. `words`: the words its entries may carry, the first being the usual one. `of_acts`: acts
    that it calls are its steps; one that raises is undone by itself, and the caller may go on. `rehearses`: it ends by
    raising, whatever happens; one that returns is a programming error."""
    for word in words:
        ACTS[word]

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            whole = _frame.get()
            is_step = whole is not None and whole.of_acts
            with transaction.atomic(durable=not is_step):
                frame = _Frame(words, of_acts, rehearses)
                if whole is not None:
                    frame.rehearses, frame.standings = whole.rehearses, whole.standings
                token = _frame.set(frame)
                try:
                    result = function(*args, **kwargs)
                finally:
                    _frame.reset(token)
                if rehearses:
                    raise RuntimeError(f"the rehearsal {function.__qualname__} did not undo what it did")
                if not frame.entries:
                    raise RuntimeError(f"the act {function.__qualname__} left no entry in the register")
            if whole is not None:
                whole.entries += frame.entries
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
    grounds: Iterable[Ground] = (),
    law_version: str = "",
    standing: Standing | None = None,
    word: str = "",
    source: str | None = None,
) -> Entry:
    """Add one entry for the act that is running.

    `word`: one of the act's words, the first when empty. `subject`: public id; `refs`: further ids the entry is
    about (the subject and a person who acts are among them by themselves). `grounds`: citations of the decision the
    act rests on (`law.decide(...)["citations"]`); the duty the word answers is added by itself. `law_version`: of that
    decision; the law of this release when empty. `standing`: post and unit, looked up when not given. `source`: id of
    the recorder's fact. Raises RuntimeError outside an act.
    """
    frame = _frame.get()
    if frame is None or not transaction.get_connection().in_atomic_block:
        raise RuntimeError("register.enter outside an act")
    word = word or frame.words[0]
    if word not in frame.words:
        raise RuntimeError(f"the act may not enter {word!r}")
    if at.tzinfo is None:
        raise RuntimeError("register.enter wants an aware instant")
    if frame.rehearses:
        entry = Entry(at=at, act=word)
        frame.entries.append(entry)
        return entry
    held = standing or _standing(frame, actor, at)
    about = sorted({ref for ref in (subject, actor.public_id, *refs) if "_" in ref})
    entry = Entry.objects.create(
        at=at,
        act=word,
        actor=actor.public_id,
        actor_name=actor.name[:MAX_NAME],
        actor_role=actor.role,
        post=held.post[:MAX_NAME],
        unit=held.unit[:MAX_NAME],
        subject=subject,
        subject_name=subject_name[:MAX_SUBJECT_NAME],
        about=canonical(about),
        detail=canonical(plain(detail or {})),
        ground=canonical(_all_grounds(grounds, word, at)),
        law_version=law_version or law.version(),
        source=source,
    )
    _file(entry, about)
    frame.entries.append(entry)
    return entry


def _standing(frame: _Frame, actor: Actor, at: datetime) -> Standing:
    """Looked up once in an act: it cannot change within one instant."""
    key = (actor.public_id, at)
    if key not in frame.standings:
        frame.standings[key] = _standing_of[0](actor, at) if _standing_of else Standing()
    return frame.standings[key]


def _all_grounds(grounds: Iterable[Ground], word: str, at: datetime) -> Json:
    """What was given, then the articles of the duty the word answers; none twice."""
    given = [ground.as_dict() if isinstance(ground, law.Citation) else dict(ground) for ground in grounds]
    given += [citation.as_dict() for citation in law.duty_grounds(ACTS[word].duty, at)]
    unique = {canonical(plain(ground)): plain(ground) for ground in given}
    return list(unique.values())


def _file(entry: Entry, about: list[str]) -> None:
    """File the entry under its keys, so that every search finds it."""
    actor_name = "" if entry.actor in FIXED else entry.actor_name
    names = names_in(actor_name, entry.subject_name)
    EntryName.objects.bulk_create([EntryName(text=name) for name in sorted(names)], ignore_conflicts=True)
    at_us, code = from_datetime(entry.at), act_code(entry.act)
    Posting.objects.bulk_create(
        Posting(key=key, at_us=at_us, entry=entry, act=code) for key in sorted(keys_of(entry.act, about, names))
    )
