"""What commands need of the office: tables, people, cameras. Imports Django only when called."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from mingcha.base.errors import Invalid

if TYPE_CHECKING:
    from mingcha.records.inventory.models import Camera, Site

FIRST_PEOPLE = (("manager", "值班经理", "manager"), ("guard", "值班员", "guard"))
FIRST_SITE = "演示站点"
FIRST_POSTS = {"manager": ("management", "管理岗"), "guard": ("monitoring", "监看岗")}
MADE_UP = "演示数据（mingcha up）"


@dataclass(frozen=True, slots=True)
class Login:
    """A one-time login as the command prints it. `role`: in words."""

    username: str
    password: str
    role: str


def now() -> datetime:
    """The command line is where time enters an act."""
    from mingcha.base.clock import SystemClock, to_datetime

    return to_datetime(SystemClock().wall_us())


def operator() -> str:
    """The operating system's user, for the register: who worked at the machine itself."""
    return getpass.getuser()


def first_logins(people: Sequence[tuple[str, str, str]] = FIRST_PEOPLE) -> list[Login]:
    """Make the first people (sign-in name, name, role) where there are none; a fresh one-time password for those who
    never set their own. Empty when everybody has a password of their own."""
    from mingcha.records.accounts import actions
    from mingcha.records.accounts.models import Person
    from mingcha.records.register.actions import CONSOLE

    logins = []
    there = set(Person.objects.values_list("role", flat=True))
    for username, name, role in people:
        person = Person.objects.filter(username=username).first()
        if person is None and role not in there:
            made, password = actions.create_person(username=username, name=name, role=role, actor=CONSOLE, at=now())
            logins.append(Login(username, password, made.get_role_display()))
        elif person is not None and person.must_set_password and person.is_active:
            password = actions.issue_one_time_login(person=person, actor=CONSOLE, at=now())
            logins.append(Login(username, password, person.get_role_display()))
    return logins


def first_site(region: str = "", place: str = "") -> Site:
    """The site that cameras named on the command line belong to; made when there is none. `region` and `place` are told
    to it when given, and its cameras judged by them. Raises Invalid (``site.region``, ``site.place``)."""
    from mingcha.records.inventory.actions import SiteFacts, change_site, facts_of_site, open_site
    from mingcha.records.inventory.models import Site
    from mingcha.records.register.actions import CONSOLE

    site = Site.objects.order_by("id").first()
    if site is None:
        facts = SiteFacts(region=region, place=place)
        return open_site(name=FIRST_SITE, address="", actor=CONSOLE, at=now(), facts=facts)
    told = replace(facts_of_site(site), region=region or site.region, place=place or site.place)
    if told != facts_of_site(site):
        change_site(site=site, name=site.name, address=site.address, actor=CONSOLE, at=now(), facts=told)
    return site


def standing_of(camera: Camera) -> str:
    """What becomes of a camera, in a sentence."""
    if camera.state == "waiting":
        return "added, but not recorded yet: the law asks for something first (see its page, or --necessity)"
    if not camera.verdict:
        return "recorded as soon as the recorder runs; not judged by the law until --region and --place are told"
    return "recorded as soon as the recorder runs ('mingcha up')"


def put_first_posts() -> None:
    """Posts and lawful files for the first people at the site this command made, so that they may watch there. Each
    line names itself as made up for a demonstration; a site that people opened themselves is left to them."""
    from mingcha.records.accounts.models import Person
    from mingcha.records.inventory.models import Site
    from mingcha.records.personnel.actions import Place, put_staff
    from mingcha.records.personnel.states import PostKind
    from mingcha.records.register.actions import CONSOLE

    site = Site.objects.filter(name=FIRST_SITE).first()
    people = Person.objects.filter(username__in=FIRST_POSTS, is_active=True).order_by("id")
    if site is None:
        return
    places = [Place(person, PostKind(kind), post) for person in people for kind, post in [FIRST_POSTS[person.username]]]
    put_staff(site=site, places=places, source=MADE_UP, actor=CONSOLE, at=now())


def put_camera(
    name: str,
    main_url: str,
    sub_url: str = "",
    *,
    site: Site | None = None,
    necessity: str = "",
    control_url: str | None = None,
) -> Camera:
    """Add a camera, or give the one of this name its new address. Raises Invalid with what is wrong, and Unlawful when
    the law forbids it there."""
    from mingcha.records.inventory.actions import CameraDraft, Siting, add_camera, change_camera
    from mingcha.records.inventory.addresses import read_address
    from mingcha.records.inventory.models import Camera
    from mingcha.records.register.actions import CONSOLE

    address = read_address(main_url)
    draft = CameraDraft(
        name=name,
        main_url=address.url,
        sub_url=sub_url,
        control_url=control_url,
        username=address.username or None,
        password=address.password or None,
        siting=Siting(necessity=necessity),
    )
    known = Camera.objects.filter(name=name, retired_at__isnull=True).first()
    if known is None:
        return add_camera(site=site or first_site(), draft=draft, actor=CONSOLE, at=now())
    if (known.main_url, known.sub_url) != (address.url, sub_url) or address.username:
        change_camera(camera=known, draft=draft, actor=CONSOLE, at=now())
    return known


def readdress(camera: Camera, main_url: str, sub_url: str, control_url: str = "") -> None:
    """Give a camera another address when it is another; its name and all else stay."""
    from mingcha.records.inventory.actions import CameraDraft, change_camera
    from mingcha.records.inventory.addresses import read_address
    from mingcha.records.register.actions import CONSOLE

    address = read_address(main_url)
    if (camera.main_url, camera.sub_url, camera.control_url) == (address.url, sub_url, control_url):
        return
    draft = CameraDraft(
        name=camera.name,
        main_url=address.url,
        sub_url=sub_url,
        control_url=control_url,
        username=address.username,
        password=address.password,
        transport=camera.transport,
        engine=camera.engine,
        audio_reason=camera.audio_reason,
    )
    change_camera(camera=camera, draft=draft, actor=CONSOLE, at=now())


def camera_named(text: str) -> Camera:
    """The camera in use of that id or name. Raises Invalid."""
    from mingcha.records.inventory.models import Camera

    in_use = Camera.objects.filter(retired_at__isnull=True)
    camera = in_use.filter(public_id=text).first() or in_use.filter(name=text).first()
    if camera is None:
        raise Invalid("cli.no_camera", f"There is no camera called {text!r}; see 'mingcha camera list'.")
    return camera


__all__ = [
    "Login",
    "camera_named",
    "first_logins",
    "first_site",
    "now",
    "operator",
    "put_camera",
    "put_first_posts",
    "standing_of",
]
