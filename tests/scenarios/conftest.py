"""The office in this process, through its pages, on the day of each scenario."""

from tests.support.office import _office, camera, guard, key_dir, manager, outsider, site  # noqa: F401
