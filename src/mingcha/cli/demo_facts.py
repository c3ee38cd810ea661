"""Who and what the demonstration consists of: pure data. All names, codes and numbers are made up.

One unit in Wuhan, so that national, provincial and city rules apply: a school and a mall in good order, and a hospital
with the faults that are usual; and a square in Guangzhou, whose text lets police take a system over, with a camera that
turns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

REGION = "420106"
TURNING = "square"
"""The simulated camera that pans, tilts and zooms (`mingcha.media.sim.cameras.TURNING`)."""
POLICE = "武昌区公安分局（演示）"
MADE_UP = "演示数据（mingcha up）"

UNIT = {
    "name": "滨江城市服务集团（演示）",
    "credit_code": "91420106MA4K0AAA0T",
    "address": "武汉市武昌区沿江大道 100 号",
    "responsible_name": "周岚",
    "phone": "027-00000000",
    "complaints_contact": "027-00000000，工作日 9:00–17:00",
    "kind_of_builder": "enterprise",
}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`posts`: keys of sites with the kind of post held there."""

    username: str
    name: str
    role: str
    posts: tuple[tuple[str, str], ...] = ()


PEOPLE = (
    DemoPerson(
        "manager",
        "周岚",
        "manager",
        (("school", "management"), ("mall", "management"), ("hospital", "management"), ("square", "management")),
    ),
    DemoPerson(
        "guard",
        "陈勇",
        "guard",
        (("school", "monitoring"), ("mall", "monitoring"), ("hospital", "monitoring"), ("square", "monitoring")),
    ),
    DemoPerson("maintainer", "刘军", "maintainer", (("school", "maintenance"), ("mall", "maintenance"))),
    DemoPerson("clerk", "王敏", "clerk"),
    DemoPerson("auditor", "赵静", "auditor"),
    DemoPerson("officer", "张警官", "officer"),
    DemoPerson("inspector", "李督察", "inspector"),
    DemoPerson("data-office", "孙工", "data_office"),
)
EXPIRED = DemoPerson("guard2", "何平", "guard")
"""A guard of the hospital whose training has run out, so that nobody may appoint him."""

POST_NAMES = {"management": "监控管理岗", "monitoring": "监控值守岗", "maintenance": "系统维护岗"}


@dataclass(frozen=True, slots=True)
class DemoContractor:
    """A firm; days are counted from today, negative ones lie in the past."""

    key: str
    name: str
    credit_code: str
    services: tuple[str, ...]
    from_days: int
    until_days: int
    undertook_days: int | None


CONTRACTORS = (
    DemoContractor(
        "river", "江城安防运维有限公司（演示）", "91420106MA4K1BBB0G", ("operation", "maintenance"), -300, 430, -300
    ),
    DemoContractor("chu", "楚天监控工程部（演示）", "91420106MA4K2CCC06", ("maintenance",), -395, -20, -395),
)


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """`scene`: which simulated camera it is, empty for one that never sends. Places are thousandths of the plan."""

    scene: str
    name: str
    area: str
    plan: tuple[int, int]
    bearing_deg: int
    necessity: str
    serial: int
    fov_deg: int = 75
    range_m: int = 14


@dataclass(frozen=True, slots=True)
class DemoArea:
    """`drawing`: a plan that `demo_papers` draws; empty for none."""

    key: str
    name: str
    kind: str
    floor: str
    drawing: str


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A site with its system. Degrees are CGCS2000 in 1e-7; days are counted from today."""

    key: str
    name: str
    address: str
    place: str
    lat_e7: int
    lon_e7: int
    in_use_days: int
    contractor: str
    areas: tuple[DemoArea, ...]
    cameras: tuple[DemoCamera, ...]
    is_lawful: bool = True
    region: str = REGION
    police: str = POLICE
    refused: tuple[DemoCamera, ...] = field(default=())


SITES = (
    DemoSite(
        key="school",
        name="滨江实验学校",
        address="武汉市武昌区友谊大道 66 号",
        place="school",
        lat_e7=305_790_000,
        lon_e7=1_143_290_000,
        in_use_days=-210,
        contractor="river",
        areas=(
            DemoArea("gate", "校门与门前道路", "entrance", "室外", "gate"),
            DemoArea("lake", "校园湖畔", "general", "室外", ""),
        ),
        cameras=(
            DemoCamera("school", "学校大门", "gate", (500, 300), 180, "出入口人员往来集中，需要看护学生安全", 1),
            DemoCamera("street", "人民路东口", "gate", (430, 110), 270, "校门前道路上下学时段人车混行", 2),
            DemoCamera("park", "校园湖畔", "lake", (0, 0), 45, "水边需要防止溺水事故", 3),
        ),
    ),
    DemoSite(
        key="mall",
        name="滨江购物中心",
        address="武汉市武昌区沿江大道 188 号",
        place="mall",
        lat_e7=305_660_000,
        lon_e7=1_143_070_000,
        in_use_days=-150,
        contractor="river",
        areas=(
            DemoArea("atrium", "一层中庭", "lobby", "1 层", "atrium"),
            DemoArea("platform", "地铁接驳通道", "corridor", "B1 层", "corridor"),
        ),
        cameras=(
            DemoCamera("mall", "商场一层通道", "atrium", (350, 420), 90, "人流密集，需要防范踩踏和盗抢", 4),
            DemoCamera(
                "station", "车站站台", "platform", (110, 500), 90, "接驳通道高峰期拥挤，需要及时疏导", 5, 60, 30
            ),
        ),
    ),
    DemoSite(
        key="square",
        name="珠江广场",
        address="广州市越秀区沿江中路 2 号",
        place="square",
        lat_e7=231_150_000,
        lon_e7=1_132_640_000,
        in_use_days=-120,
        contractor="river",
        areas=(DemoArea("plaza", "广场中心", "general", "室外", ""),),
        cameras=(DemoCamera("square", "广场球机", "plaza", (0, 0), 0, "大型活动人流密集，需要及时疏导", 8, 50, 60),),
        region="440104",
        police="越秀区公安分局（演示）",
    ),
    DemoSite(
        key="hospital",
        name="滨江社区医院",
        address="武汉市武昌区中山路 9 号",
        place="hospital",
        lat_e7=305_520_000,
        lon_e7=1_143_180_000,
        in_use_days=-75,
        contractor="chu",
        areas=(
            DemoArea("hall", "门诊大厅", "lobby", "1 层", "hall"),
            DemoArea("changing", "员工更衣室", "changing_room", "1 层", ""),
        ),
        cameras=(
            DemoCamera(
                "hospital", "医院门诊入口", "hall", (500, 880), 0, "门诊入口纠纷多发，需要看护医患安全", 6, 80, 20
            ),
        ),
        is_lawful=False,
        refused=(DemoCamera("", "更衣室门内", "changing", (0, 0), 0, "", 7),),
    ),
)

MODEL = ("演示设备厂", "DS-SIM-01")
