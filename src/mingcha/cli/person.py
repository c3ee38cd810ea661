"""`mingcha person list|add|reset`: accounts from the node itself, for when no manager can sign in. Each change is an
act in the register, done by the command line."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from mingcha.base.errors import Invalid

if TYPE_CHECKING:
    from mingcha.records.accounts.models import Person


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("person", help="list and add people; let somebody in who cannot sign in")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list the people and the state of their accounts")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run_list)
    add = actions.add_parser("add", help="add a person and print a one-time password")
    add.add_argument("username", help="sign-in name: 2 to 64 letters, digits, dots, hyphens, underscores")
    add.add_argument("name", help="the person's name, up to 200 characters")
    add.add_argument("--role", default="guard", help="manager, guard, maintainer, clerk, auditor, ... (default: guard)")
    add.set_defaults(run=run_add)
    reset = actions.add_parser("reset", help="print a one-time password for somebody who forgot theirs")
    reset.add_argument("username", help="sign-in name of the person")
    reset.add_argument("--second-factors", action="store_true", help="take app, keys and recovery codes away too")
    reset.add_argument("--enable", action="store_true", help="open the account again if it is disabled")
    reset.set_defaults(run=run_reset)


def _office() -> None:
    from mingcha.web.setup import prepare

    prepare()


def run_list(arguments: argparse.Namespace) -> int:
    _office()
    from mingcha.records.accounts.models import Person

    people = Person.objects.order_by("id")
    for person in people:
        if arguments.json:
            row = {"id": person.public_id, "username": person.username, "name": person.name, "role": person.role}
            print(json.dumps({**row, "state": _state(person)}, ensure_ascii=False))
        else:
            print(f"{person.public_id}  {person.role:<11}  {_state(person):<9}  {person.username}  {person.name}")
    if not people and not arguments.json:
        print("There is nobody yet. 'mingcha up' makes the first people, or: mingcha person add NAME 'Full name'")
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    _office()
    from mingcha.cli.office import now
    from mingcha.records.accounts.actions import create_person
    from mingcha.records.accounts.states import Role
    from mingcha.records.register.actions import CONSOLE

    if arguments.role not in Role.values:
        raise Invalid("cli.role", f"There is no role {arguments.role!r}; there are: {', '.join(Role.values)}.")
    person, password = create_person(
        username=arguments.username, name=arguments.name, role=arguments.role, actor=CONSOLE, at=now()
    )
    _print_login(person, password)
    return 0


def run_reset(arguments: argparse.Namespace) -> int:
    _office()
    from mingcha.cli.office import now
    from mingcha.records.accounts import actions
    from mingcha.records.accounts.factors.rows import has_second_factor
    from mingcha.records.accounts.models import Person, fold_username
    from mingcha.records.register.actions import CONSOLE

    person = Person.objects.filter(username=fold_username(arguments.username)).first()
    if person is None:
        raise Invalid("cli.no_person", f"Nobody signs in as {arguments.username!r}; see 'mingcha person list'.")
    if not person.is_active and not arguments.enable:
        raise Invalid("cli.disabled", "This account is disabled. Add --enable to open it again.")
    if arguments.second_factors:
        actions.clear_second_factors(person=person, actor=CONSOLE, at=now())
    give = actions.issue_one_time_login if person.is_active else actions.enable_person
    _print_login(person, give(person=person, actor=CONSOLE, at=now()))
    if has_second_factor(person):
        print("A second factor is still asked for; '--second-factors' takes it away.")
    return 0


def _print_login(person: Person, password: str) -> None:
    print(f"{person.username}  {password}")
    print("It works once, within three days; then an own password is set.")


def _state(person: Person) -> str:
    if not person.is_active:
        return "disabled"
    return "waiting" if person.must_set_password else "active"
