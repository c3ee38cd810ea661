"""Run as a script against the data directory of a running product: makes the people and places that tests need, by the
same acts as any others, and prints their ids."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

PEOPLE = {
    "guard": ("王芳", "guard"),
    "relief": ("何平", "guard"),
    "maintainer": ("孙强", "maintainer"),
    "clerk": ("陈静", "clerk"),
    "auditor": ("周明", "auditor"),
    "officer": ("警员", "officer"),
    "inspector": ("检查员", "inspector"),
    "data_office": ("数据局", "data_office"),
}
SPARE = ("leaver", "changer", "holder", "mover", "sleeper")
"""Guards with a post, each to be ended by one test."""


def make(password: str, url: str) -> dict[str, Any]:
    from mingcha.cli import office
    from mingcha.records.accounts import actions as accounts
    from mingcha.records.accounts.models import Person
    from mingcha.records.inventory.actions import open_site
    from mingcha.records.inventory.models import Camera, Site
    from mingcha.records.personnel.actions import Place, put_staff
    from mingcha.records.personnel.models import Appointment
    from mingcha.records.personnel.states import PostKind
    from mingcha.records.register.actions import CONSOLE

    at = datetime.now(UTC)
    site = Site.objects.get()
    people = {**PEOPLE, **{name: (name, "guard") for name in SPARE}}
    for username, (name, role) in people.items():
        if not Person.objects.filter(username=username).exists():
            accounts.create_person(username=username, name=name, role=role, language="en", actor=CONSOLE, at=at)
    for person in Person.objects.all():
        accounts.set_own_password(person=person, password=password, at=at)
    watching = [Person.objects.get(username=name) for name in ("relief", *SPARE)]
    places = [Place(person, PostKind.MONITORING, "监看") for person in watching]
    put_staff(site=site, places=places, source="test", actor=CONSOLE, at=at)
    elsewhere = open_site(name="库区", address="", actor=CONSOLE, at=at)
    manager = Person.objects.get(username="manager")
    put_staff(site=elsewhere, places=[Place(manager, PostKind.MANAGEMENT, "管理")], source="test", actor=CONSOLE, at=at)
    office.put_camera("库房", url, site=elsewhere)
    return {
        "sites": {row.name: row.public_id for row in Site.objects.all()},
        "cameras": {row.name: row.public_id for row in Camera.objects.all()},
        "people": {row.username: row.public_id for row in Person.objects.all()},
        "appointments": {row.person.username: row.public_id for row in Appointment.objects.select_related("person")},
    }


def cut(request: str, seconds: str) -> float:
    """Let a grant and what rests on it end so many seconds from now, as if given so long ago; the instant."""
    from mingcha.records.disclosure.models import Grant
    from mingcha.records.viewing.models import Viewing

    at = datetime.now(UTC) + timedelta(seconds=float(seconds))
    assert Grant.objects.filter(request__public_id=request).update(until_at=at) == 1
    assert Viewing.objects.filter(basis=request).update(until_at=at)
    return at.timestamp()


def main(words: list[str]) -> None:
    django.setup()
    print(json.dumps({"make": make, "cut": cut}[words[0]](*words[1:])))


if __name__ == "__main__":
    main(sys.argv[1:])
