"""dev.py as a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tools.house import install
from tools.house.steps import Stop

ROOT = Path(__file__).resolve().parents[2]


def test_without_arguments_it_explains_itself() -> None:
    done = subprocess.run([sys.executable, "dev.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(f"python3 dev.py {name}" in done.stdout for name in dev.COMMANDS)


def test_an_unknown_command_is_refused() -> None:
    done = subprocess.run([sys.executable, "dev.py", "tets"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2


def test_what_stops_set_up_is_one_line_and_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Stop("the disk is full")

    monkeypatch.setattr(dev, "set_up", stop)
    monkeypatch.chdir(ROOT)
    assert dev.main(["check"]) == 1
    assert capsys.readouterr().err == "dev.py: the disk is full\n"


def test_names_of_packages_are_compared_as_the_index_does() -> None:
    assert install.canonical("Django_Stubs.Ext") == "django-stubs-ext"


def test_pins_are_met_only_by_the_very_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path)
    site = tmp_path / "lib/python3.11/site-packages"
    (site / "types_PyYAML-6.0.dist-info").mkdir(parents=True)
    requirements = tmp_path / "dev.txt"
    marked = "colorama==1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    requirements.write_text(f"types-pyyaml==6.0 \\\n    --hash=sha256:00\n{marked}")
    assert install.are_pins_met(requirements)
    requirements.write_text("types-pyyaml==6.1 \\\n    --hash=sha256:00\n")
    assert not install.are_pins_met(requirements)


def test_a_virtual_environment_of_another_place_is_not_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "BIN", tmp_path / "bin")
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    assert not install.is_venv_sound()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pip").write_text("#!/elsewhere/.venv/bin/python\n")
    assert not install.is_venv_sound()
    (tmp_path / "bin/pip").write_text(f"#!{tmp_path}/bin/python\n")
    assert install.is_venv_sound()
