"""Mingcha never identifies people or plates: no such dependency, import or model may enter, not even unused."""

from __future__ import annotations

import ast
import re

import pytest

from tests.guards.tree import ROOT, name_of, product_code, under

NAMES = re.compile(
    r"""face[-_ ]?recognition | insightface | deepface | \bdlib\b | arcface | facenet | \bfacer | faceres
      | easyocr | paddleocr | rapidocr | tesseract | hyperlpr | openalpr | fast[-_]?alpr | \blprnet | plate[-_ ]?recogni
      | torchreid | \bosnet | re[-_]?identif | \bfaiss | speaker[-_]?recogni | speechbrain | gait[-_]?recogni""",
    re.VERBOSE | re.IGNORECASE,
)
MODEL_SUFFIXES = {".onnx", ".tflite", ".pt", ".pth", ".caffemodel", ".mnn", ".safetensors", ".pb", ".h5"}


def imported(tree: ast.Module) -> list[str]:
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def test_no_dependency_identifies_anybody() -> None:
    lists = [ROOT / "pyproject.toml", *under("requirements")]
    lists += [path for path in under("", ".json") if path.name in ("package.json", "package-lock.json")]
    found = [f"{name_of(p)}: {hit.group()}" for p in lists for hit in NAMES.finditer(p.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


def test_no_module_imports_such_a_library() -> None:
    found = [f"{name}: {module}" for name, tree in product_code() for module in imported(tree) if NAMES.search(module)]
    assert not found, "\n".join(found)


def test_no_trained_model_is_in_the_tree() -> None:
    assert [name_of(path) for path in under("") if path.suffix.lower() in MODEL_SUFFIXES] == []


@pytest.mark.parametrize("planted", ["face-recognition==1.3", "insightface", "dlib==19", "hyperlpr3", "easyocr>=1"])
def test_the_guard_sees_such_a_dependency(planted: str) -> None:
    assert NAMES.search(planted)


def test_the_guard_sees_such_an_import() -> None:
    assert [m for m in imported(ast.parse("from deepface import DeepFace\nimport os")) if NAMES.search(m)]


def test_the_guard_lets_masking_and_ordinary_words_through() -> None:
    assert not NAMES.search("interface onnxruntime surface-recovery template plate mask django-allauth")
