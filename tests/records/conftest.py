"""The office's fixtures for every test below."""

from tests.support.office import _office, camera, guard, key_dir, manager, outsider, site  # noqa: F401
