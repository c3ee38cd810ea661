"""The cryptography the verifiers bring along, against the same vectors and false signatures as ours."""

from __future__ import annotations

import ast
import json
import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.suites import SHA256_ED25519, SM3_SM2, SUITES, Suite
from mingcha.media.export.verifiers import NAMES, page_script, verifier
from tests.base.sm_vectors import SM2_MESSAGE, SM3
from tests.base.test_suites import BAD_KEYS, BAD_SIGNATURES, PUBLIC, SIGNATURE


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("verifier") / "verify.py"
    path.write_bytes(verifier("verify.py"))
    return runpy.run_path(str(path))


@pytest.mark.parametrize("name", NAMES)
def test_a_verifier_is_one_file(name: str) -> None:
    text = verifier(name).decode()
    assert not re.search(r"^(from|import) (reading|signatures|notes|stamps|checker|record)", text, re.MULTILINE)
    assert not re.search(r"include (the modules|\w+\.json)", text)
    assert "结论：不真实。" in text
    assert "sm3-sm2" in text


def test_verify_py_is_written_for_old_pythons() -> None:
    tree = ast.parse(verifier("verify.py"), feature_version=(3, 8))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    # datetime.UTC came with 3.11, str.removeprefix with 3.9.
    assert "UTC" not in names
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {"removeprefix", "removesuffix", "file_digest"} & attributes


def test_sm3_by_hand_is_that_of_the_standard(script: dict[str, Any]) -> None:
    for message, digest in SM3:
        assert script["sm3_by_hand"](message).hex() == digest
    for length in (0, 55, 56, 63, 64, 65, 119, 120, 200):
        assert script["sm3_by_hand"](b"x" * length) == SM3_SM2.digest(b"x" * length)


def test_sm3_is_found_without_openssl_having_it(script: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, data: bytes) -> None:
        raise ValueError(name)

    monkeypatch.setattr("hashlib.new", refuse)
    assert script["sm3"](b"abc").hex() == SM3[0][1]


def test_the_script_takes_the_signature_of_the_standard(script: dict[str, Any]) -> None:
    assert script["is_signed_by_sm2"](PUBLIC, SM2_MESSAGE, SIGNATURE)
    assert not script["is_signed_by_sm2"](PUBLIC, SM2_MESSAGE + b".", SIGNATURE)


@pytest.mark.parametrize("signature", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES.keys())
def test_the_script_refuses_a_false_sm2_signature(script: dict[str, Any], signature: bytes) -> None:
    assert not script["is_signed_by_sm2"](PUBLIC, SM2_MESSAGE, signature)


@pytest.mark.parametrize("public", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_the_script_refuses_a_false_sm2_key(script: dict[str, Any], public: bytes) -> None:
    assert not script["is_signed_by_sm2"](public, SM2_MESSAGE, SIGNATURE)


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_the_script_takes_what_we_sign(script: dict[str, Any], suite: Suite) -> None:
    check = script["is_signed_by_ed25519" if suite is SHA256_ED25519 else "is_signed_by_sm2"]
    for n in range(4):
        key, message = suite.generate(), b"said" * n
        signature = key.sign(message)
        assert check(key.public, message, signature)
        assert not check(key.public, message + b".", signature)
        assert not check(suite.generate().public, message, signature)


@pytest.mark.external
@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_page_s_cryptography_says_the_same(tmp_path: Path) -> None:
    """SM3 and SM2 of verify.html in node, with every vector and every false signature and key."""
    key = SM3_SM2.generate()
    cases = [[PUBLIC, SM2_MESSAGE, SIGNATURE, True], [key.public, b"said", key.sign(b"said"), True]]
    cases += [[PUBLIC, SM2_MESSAGE, signature, False] for signature in BAD_SIGNATURES.values()]
    cases += [[public, SM2_MESSAGE, SIGNATURE, False] for public in BAD_KEYS.values()]
    hashed = [(m, SM3_SM2.digest(m)) for m in (b"x" * length for length in (0, 3, 55, 56, 63, 64, 119, 120, 200))]
    told = {
        "cases": [[a.hex(), b.hex(), c.hex(), wanted] for a, b, c, wanted in cases],  # type: ignore[attr-defined]
        "hashed": [[message.hex(), digest.hex()] for message, digest in hashed],
    }
    script = f"""{page_script()}
    (async () => {{
      const told = {json.dumps(told)};
      for (const [message, digest] of told.hashed) if (hex(sm3(unhex(message))) !== digest) throw new Error(message);
      for (const [key, message, signature, wanted] of told.cases)
        if (await isSignedBySm2(unhex(key), unhex(message), unhex(signature)) !== wanted) throw new Error(signature);
      console.log("same");
    }})();"""
    (tmp_path / "run.js").write_text(script, encoding="utf-8")
    run = subprocess.run(["node", str(tmp_path / "run.js")], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "same", run.stderr
