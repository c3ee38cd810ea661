"""Build hook: the wheel holds the built browser code and the compiled texts; an editable install needs neither."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKED = {"frontend/dist": "mingcha/web/static/dist", "locale": "mingcha/web/locale"}


class PackHook(BuildHookInterface[Any]):
    """Found by hatchling through pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises FileNotFoundError where `dev.py build` has not made them first."""
        if version == "editable":
            return
        for source, target in PACKED.items():
            path = Path(self.root) / source
            if not path.is_dir():
                raise FileNotFoundError(f"{path} is missing; build with: python3 dev.py build")
            build_data["force_include"][str(path)] = target
