"""Bytes that the fuzzer found worth keeping break nothing (`benchmarks/fuzz_rtsp.py` looks for more)."""

from __future__ import annotations

import logging

import pytest

from tests.media.rtsp.fuzzing import CORPUS, TARGETS


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_kept_bytes_break_nothing(name: str) -> None:
    paths = sorted((CORPUS / name).glob("*"))
    assert len(paths) > 3
    logging.disable(logging.WARNING)
    try:
        for path in paths:
            TARGETS[name](path.read_bytes())
    finally:
        logging.disable(logging.NOTSET)
