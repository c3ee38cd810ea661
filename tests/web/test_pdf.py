"""Paper: set from templates, fetching nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mingcha.base.errors import Unavailable
from mingcha.web import pdf
from mingcha.web.pdf import as_download, pdf_of_html


def test_it_sets_html_as_pdf() -> None:
    data = pdf_of_html("<html lang=zh-Hans><title>移交</title><h1>移交清单</h1>", styles=("paper.css",))
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")


def test_it_fetches_neither_the_network_nor_files_of_this_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')
    outside = f"file://{secret}"
    plain = pdf_of_html("<p>x")
    for address in (outside, "http://192.0.2.1/x.png", "ftp://192.0.2.1/x", "/static/../settings.py", "/static/no.png"):
        tried = pdf_of_html(f'<p>x<img alt="" src="{address}"><link rel=stylesheet href="{address}">')
        assert b"/Subtype /Image" not in tried
        assert abs(len(tried) - len(plain)) < 500


def test_a_picture_in_the_page_itself_is_set() -> None:
    square = "<rect width='9' height='9'/>"
    dot = f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{square}</svg>"
    assert len(pdf_of_html(f'<img alt="" src="{dot}">')) > len(pdf_of_html("<p>"))


def test_without_the_text_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_rest: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    pdf._engine.cache_clear()
    with pytest.raises(Unavailable) as raised:
        pdf_of_html("<p>")
    assert raised.value.code == "pdf.unavailable"
    assert "libpango" in raised.value.message
    pdf._engine.cache_clear()


def test_a_download_is_named_in_any_script_and_not_kept() -> None:
    answer = as_download(b"%PDF-", "移交\r\n清单.pdf")
    assert "\r" not in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
