"""Rules of the house that linters do not know, read from the syntax trees of src/."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.guards.tree import product_code

# Where a broad `except` is right: loops that must outlive any fault of what they supervise, and the command's main.
# At most eight lines; a new one needs a reason in the commit that adds it.
BROAD_EXCEPT_ALLOWED: tuple[str, ...] = (
    "src/mingcha/media/container/workers.py",  # a decoding child process reports its fault to its owner
    "src/mingcha/media/export/job.py",  # a copy ends as failed, whatever went wrong
    "src/mingcha/media/ingest/camera.py",  # a camera's supervisor: the next session starts clean
    "src/mingcha/media/ingest/camera.py",  # and closing the last one must not hinder it
    "src/mingcha/media/ingest/diskthread.py",  # the writer thread hands its fault to its owner
    "src/mingcha/media/run/mover.py",  # moving between disks is tried again, and never ends recording
    "src/mingcha/media/run/verifying.py",  # so is verifying
    "src/mingcha/media/rtsp/poller.py",  # one camera's reader must never stop the others
)

CLOCK_MODULE = "src/mingcha/base/clock.py"
CLOCK_READS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "date.today",
    "datetime.date.today",
    "timezone.now",
    "timezone.localtime",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
LOGGERS = {"log", "_log", "logger", "logging", "LOG", "_LOG"}
GETTEXT = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "npgettext",
}


def dotted(node: ast.expr) -> str:
    """``a.b.c`` of a name or attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_built(node: ast.expr) -> bool:
    """Whether a text is put together at run time: f-string, ``%``, ``+`` or ``.format``."""
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return any(isinstance(part, ast.Constant | ast.JoinedStr | ast.BinOp) for part in (node.left, node.right))
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def broad_excepts(tree: ast.Module) -> list[int]:
    """Lines of handlers that take everything and do not raise it again."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type] if node.type else []
            broad = not types or any(dotted(item) in ("Exception", "BaseException") for item in types)
            last = node.body[-1]
            if broad and not (isinstance(last, ast.Raise) and last.exc is None):
                found.append(node.lineno)
    return found


def clock_reads(tree: ast.Module) -> list[int]:
    """Lines that name a reader of the machine's clock, called or handed on."""
    return sorted(
        {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and dotted(node) in CLOCK_READS}
    )


def built_log_texts(tree: ast.Module) -> list[int]:
    return [
        call.lineno
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in LOG_METHODS
        and dotted(call.func.value).rpartition(".")[2] in LOGGERS
        and any(is_built(argument) for argument in call.args[:2])
    ]


def built_gettext_texts(tree: ast.Module) -> list[int]:
    return [
        call.lineno
        for call in calls(tree)
        if dotted(call.func).rpartition(".")[2] in GETTEXT and any(is_built(argument) for argument in call.args)
    ]


def test_a_broad_except_stands_only_in_supervisors() -> None:
    assert len(BROAD_EXCEPT_ALLOWED) <= 8
    found = [name for name, tree in product_code() for _ in broad_excepts(tree)]
    assert sorted(found) == sorted(BROAD_EXCEPT_ALLOWED)


def test_only_the_clock_module_reads_the_clock() -> None:
    found = [f"{n}:{line}" for n, tree in product_code() if n != CLOCK_MODULE for line in clock_reads(tree)]
    assert not found, "\n".join(found)


def test_no_log_text_is_put_together_before_the_log_wants_it() -> None:
    found = [f"{name}:{line}" for name, tree in product_code() for line in built_log_texts(tree)]
    assert not found, "\n".join(found)


def test_no_text_for_translation_is_put_together_at_run_time() -> None:
    found = [f"{name}:{line}" for name, tree in product_code() for line in built_gettext_texts(tree)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "planted", "innocent"),
    [
        (
            broad_excepts,
            "try: x()\nexcept (ValueError, Exception): pass",
            "try: x()\nexcept BaseException:\n    y()\n    raise",
        ),
        (broad_excepts, "try: x()\nexcept: pass", "try: x()\nexcept OSError: pass"),
        (clock_reads, "a = datetime.now(UTC)", "a = clock.wall_us()"),
        (clock_reads, "f(default=timezone.now)", "f(timezone.utc)"),
        (clock_reads, "import time\ntime.monotonic()", "loop.time()"),
        (built_log_texts, "log.info(f'{x}')", "log.info('%s', x)"),
        (built_log_texts, "self.log.warning('a %s' % x)", "math.log(x + 1)"),
        (built_gettext_texts, "_(f'{x}')", "_('%(x)s') % {'x': x}"),
        (built_gettext_texts, "_('{}'.format(x))", "f(_('a'))"),
        (built_gettext_texts, "gettext_lazy('a' + b)", "gettext_lazy('a')"),
    ],
)
def test_each_rule_sees_what_it_is_for(rule: object, planted: str, innocent: str) -> None:
    assert callable(rule)
    assert rule(ast.parse(planted))
    assert not rule(ast.parse(innocent))
