"""The office's fixtures for the tests of copies' papers."""

from tests.support.office import _office, camera, guard, key_dir, manager, outsider, site  # noqa: F401
