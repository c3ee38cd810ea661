"""The office's fixtures: these tests run pages and media server in their own process."""

from tests.support.office import _office, camera, guard, key_dir, manager, outsider, site  # noqa: F401
