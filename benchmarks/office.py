"""How long the office's pages take with 20,000 cameras and 5,000 people: medians and 95th percentiles of each list with
its filters and its later pages.

python benchmarks/office.py [--cameras N] [--people N] [--sites 200] [--rounds 20] [--only TEXT] [--keep DIRECTORY]

Wanted (issue 4): under 200 ms. The office is made by bulk SQL in a temporary directory; pages are asked of the whole
Django stack in this process, signed in as the manager, so that the time is the server's own.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PLACES = ("school", "mall", "hospital", "park", "hotel", "road", "bank", "museum")
REGIONS = ("420106", "420111", "310104", "440103")
FAMILY, GIVEN = "李王张刘陈杨赵黄周吴", "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚"
STREETS, KINDS = ("滨江", "中山", "解放", "和平", "东湖"), ("商场", "学校", "医院", "公园")
LIMIT_MS = 200
HOPELESS_MS = 2_000
"""A page this slow is asked once more only: its figure says enough."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--sites", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default="", help="only addresses that hold this text")
    parser.add_argument("--keep", type=Path, help="make the office here, or use the one that is there")
    options = parser.parse_args()
    with office(options.keep, lambda: seed(options.cameras, options.people, options.sites)):
        wanted = [path for path in addresses() if options.only in path and (options.only != "/" or path == "/")]
        measure(wanted, options.rounds)


@contextmanager
def office(keep: Path | None, make: Callable[[], None]) -> Iterator[None]:
    """An office in the directory `keep`, or one that is gone afterwards; made where there is none yet."""
    with tempfile.TemporaryDirectory(prefix="mingcha-office-") as temporary:
        directory = keep or Path(temporary)
        is_new = not (directory / "office.db").exists()
        os.environ["MINGCHA_DATA_DIR"] = str(directory)
        from mingcha.web.setup import prepare

        prepare()
        if is_new:
            started = time.perf_counter()
            make()
            print(f"seeded in {time.perf_counter() - started:.1f} s", flush=True)
        yield


def seed(cameras: int, people: int, sites: int) -> None:
    """An office in full swing: most is in order, some is not."""
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    from mingcha.records.accounts.models import Person
    from mingcha.records.inventory.models import Area, Camera, CameraStatus, PlanCounter, Site, StoreStatus, Unit

    draw = random.Random(4)
    password = make_password("correct-horse-77")
    with transaction.atomic():
        unit = Unit.objects.create(name="滨江物业服务有限公司", created_at=NOW)
        made_sites = Site.objects.bulk_create(list(_sites(draw, unit, sites)))
        areas = Area.objects.bulk_create(
            [Area(site=site, name=f"区域 {n}", kind="general", created_at=NOW) for site in made_sites for n in range(4)]
        )
        made = Camera.objects.bulk_create(list(_cameras(draw, made_sites, areas, cameras)), batch_size=500)
        CameraStatus.objects.bulk_create([_status(draw, camera) for camera in made], batch_size=500)
        StoreStatus.objects.create(pk=1, state="ok", free_bytes=2 * 10**13, total_bytes=9 * 10**14, seen_at=NOW)
        PlanCounter.objects.create(version=1)
        persons = [_person(draw, password, number) for number in range(people)]
        Person.objects.bulk_create(persons, batch_size=500)
    _papers(draw, made_sites, list(Person.objects.order_by("id")))


def _sites(draw: random.Random, unit: Any, count: int) -> Iterator[Any]:
    from mingcha.records.inventory.models import Site

    for number in range(count):
        yield Site(
            unit=unit,
            name=f"{draw.choice(STREETS)}{draw.choice(KINDS)} {number}",
            address=f"沿江大道 {number} 号",
            region=draw.choice(REGIONS),
            place=draw.choice(PLACES),
            police_organ="武昌区公安分局",
            in_use_on=date(2026, 1, 1) + timedelta(days=draw.randrange(320)),
            lat_e7=305_000_000 + draw.randrange(3_000_000),
            lon_e7=1_142_000_000 + draw.randrange(3_000_000),
            created_at=NOW,
        )


def _cameras(draw: random.Random, sites: list[Any], areas: list[Any], count: int) -> Iterator[Any]:
    from mingcha.records.inventory.models import Camera

    for number in range(count):
        site_number = number % len(sites)
        site = sites[site_number]
        yield Camera(
            site=site,
            area=areas[site_number * 4 + draw.randrange(4)],
            name=f"摄像机 {number:05d}",
            main_url=f"rtsp://10.{number >> 16}.{(number >> 8) & 255}.{number & 255}:554/main",
            gb_code=f"42010600001320{number:06d}",
            state="in_use" if draw.random() > 0.01 else "refused",
            verdict="mandatory" if draw.random() > 0.02 else "",
            necessity="" if draw.random() < 0.01 else "出入口需要看护",
            lat_e7=site.lat_e7 + draw.randrange(-20_000, 20_000),
            lon_e7=site.lon_e7 + draw.randrange(-20_000, 20_000),
            bearing_cdeg=draw.randrange(36_000),
            added_at=NOW - timedelta(days=100),
        )


def _status(draw: random.Random, camera: Any) -> Any:
    from mingcha.records.inventory.models import CameraStatus

    state = "live" if draw.random() > 0.02 else "lost"
    return CameraStatus(
        camera=camera,
        state=state,
        reason="" if state == "live" else "camera.refused",
        since=NOW - timedelta(minutes=draw.randrange(100_000)),
        codec="h265",
        width=2560,
        height=1440,
        fps_milli=25_000,
        bits_per_s=3_000_000 + draw.randrange(2_000_000),
        seen_at=datetime.now(UTC),
    )


def _person(draw: random.Random, password: str, number: int) -> Any:
    from mingcha.records.accounts.models import Person

    role = "manager" if number == 0 else draw.choice(("guard", "guard", "guard", "maintainer", "clerk", "auditor"))
    return Person(
        username=f"person{number}",
        name=draw.choice(FAMILY) + draw.choice(GIVEN) + draw.choice(GIVEN),
        role=role,
        password=password,
        must_set_password=False,
        created_at=NOW,
    )


def _papers(draw: random.Random, sites: list[Any], people: list[Any]) -> None:
    """Posts, appointments and what a personnel file holds, for every second person."""
    from mingcha.records.personnel.models import Appointment, EntryCheck, PoliceFiling, Post, Training, Undertaking

    told = {"recorded_at": NOW, "recorded_by": "console"}
    posts = Post.objects.bulk_create(
        [Post(site=site, name="监控值守", kind="monitoring", opened_at=NOW) for site in sites]
    )
    day = date(2026, 1, 1)
    served = people[::2]
    EntryCheck.objects.bulk_create(
        [EntryCheck(person=one, checked_on=day, result="passed", checked_by="人事部", **told) for one in served], 500
    )
    Undertaking.objects.bulk_create(
        [Undertaking(person=one, educated_on=day, signed_on=day, **told) for one in served], 500
    )
    trainings = []
    for one in served:
        ends = day + timedelta(days=320 + draw.randrange(400))
        trainings.append(
            Training(
                person=one,
                course="岗位培训",
                organiser="培训中心",
                held_on=day,
                result="passed",
                expires_on=ends,
                **told,
            )
        )
    Training.objects.bulk_create(trainings, 500)
    filed = [(one, sites[n % len(sites)]) for n, one in enumerate(served) if n % 50]
    PoliceFiling.objects.bulk_create(
        [PoliceFiling(person=one, site=site, organ=site.police_organ, filed_on=day, **told) for one, site in filed], 500
    )
    Appointment.objects.bulk_create(
        [
            Appointment(
                person=one, post=posts[n % len(posts)], from_on=day, made_at=NOW, made_by="console", law_version="x"
            )
            for n, one in enumerate(served)
        ],
        500,
    )


def addresses() -> list[str]:
    """Every list, narrowed and turned over as people do."""
    from mingcha.records.inventory.models import Camera, Site

    site = Site.objects.order_by("id")[7].public_id
    camera = Camera.objects.order_by("id")[9000 % Camera.objects.count()].public_id
    return [
        "/",
        "/cameras/",
        "/cameras/?page=100",
        "/cameras/?q=摄像机+123",
        "/cameras/?q=420106",
        "/cameras/?state=lost",
        "/cameras/?lawfulness=unlawful",
        f"/cameras/?site={site}",
        f"/cameras/{camera}/",
        "/places/",
        f"/sites/{site}/",
        "/people/",
        "/people/?page=40",
        "/people/?text=李",
        "/personnel/",
        "/documents/",
        "/signs/",
        "/register/",
        "/map/",
        "/api/map/cameras",
        "/api/map/states",
    ]


def measure(paths: Sequence[str], rounds: int) -> None:
    """One line for each address, asked of the whole Django stack as the manager."""
    from django.conf import settings
    from django.test import Client

    from mingcha.records.accounts.models import Person

    settings.ALLOWED_HOSTS = ["*"]
    settings.LOGGING_CONFIG = None
    client = Client(raise_request_exception=False)
    client.force_login(Person.objects.get(username="person0"))
    print(f"{'address':<70} {'median':>9} {'p95':>9} {'cpu':>9} {'size':>10}")
    slow = 0
    for path in paths:
        status = client.get(path).status_code
        if status not in (200, 302):
            print(f"{path:<70} status {status}", file=sys.stderr)
            continue
        times, busy = [], time.process_time()
        while len(times) < (2 if times and times[0] > HOPELESS_MS else rounds):
            started = time.perf_counter()
            size = len(client.get(path).content)
            times.append((time.perf_counter() - started) * 1000)
        busy_ms = (time.process_time() - busy) * 1000 / len(times)
        tail = quantiles(times, n=20)[-1]
        slow += median(times) > LIMIT_MS
        print(
            f"{path[:70]:<70} {median(times):6.0f} ms {tail:6.0f} ms {busy_ms:6.0f} ms {size / 1024:7.0f} kB",
            flush=True,
        )
    print(f"over {LIMIT_MS} ms: {slow}")


if __name__ == "__main__":
    main()
