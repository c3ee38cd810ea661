"""The database itself: explicit, commented, strict."""

from __future__ import annotations

import re
import sqlite3
from importlib import resources
from pathlib import Path

import pytest

from mingcha.base.clock import ManualClock
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.media.catalog import Catalog, CatalogReader, connection
from mingcha.media.catalog.connection import VERSION
from mingcha.wire.facts import Fact
from tests.media.catalog.film import Film

SCHEMA = resources.files("mingcha.media.catalog").joinpath("schema.sql").read_text(encoding="utf-8")


def test_every_table_is_strict_and_every_column_is_explained() -> None:
    tables = re.findall(r"CREATE TABLE (\w+) \(\n(.*?)\n\) (STRICT[^;]*);", SCHEMA, re.DOTALL)
    assert len(tables) == SCHEMA.count("CREATE TABLE ")
    for name, body, _ in tables:
        assert re.search(rf"^-- .*\nCREATE TABLE {name} ", SCHEMA, re.MULTILINE), f"{name} has no comment"
        explained = False
        for line in body.splitlines():
            if line.startswith("  --"):
                explained = True
            elif re.match(r"  [a-z_]+ (INTEGER|TEXT|BLOB|ANY)\b", line):
                assert explained, f"{name}.{line.split()[0]} has no comment"
                explained = False


def test_the_database_is_what_the_schema_says(film: Film) -> None:
    with sqlite3.connect(":memory:") as fresh:
        fresh.executescript(SCHEMA)
        expected = set(fresh.execute("SELECT type, name, sql FROM sqlite_schema"))
    fresh.close()
    with film.catalog.reading() as reader:
        assert set(reader.execute("SELECT type, name, sql FROM sqlite_schema")) == expected
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert reader.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_it_opens_again_as_it_was(film: Film) -> None:
    record = film.record()
    film.reopen()
    assert film.catalog.segment(record.number) == record


def test_a_catalog_of_a_newer_program_is_not_touched(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "catalog.db"
    Catalog(path, clock).close()
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    with pytest.raises(Corrupt) as caught:
        Catalog(path, clock)
    assert caught.value.code == "catalog.newer"
    with pytest.raises(Unavailable) as unavailable, CatalogReader(path).reading():
        pass
    assert unavailable.value.code == "catalog.version"


def test_the_database_of_another_program_is_not_touched(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "catalog.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE holiday (photo)")
    other.close()
    with pytest.raises(Corrupt) as caught:
        Catalog(path, clock)
    assert caught.value.code == "catalog.foreign"


def test_a_damaged_file_is_called_damaged(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(b"not a database at all, but long enough to be one" * 100)
    with pytest.raises(Corrupt) as caught:
        Catalog(path, clock)
    assert caught.value.code == "catalog.damaged"


def test_a_missing_catalog_is_absent_for_readers_and_for_a_missing_directory(
    tmp_path: Path, clock: ManualClock
) -> None:
    with pytest.raises(Unavailable) as caught, CatalogReader(tmp_path / "catalog.db").reading():
        pass
    assert caught.value.code == "catalog.absent"
    with pytest.raises(Unavailable) as caught:
        Catalog(tmp_path / "nowhere" / "catalog.db", clock)
    assert caught.value.code == "catalog.absent"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO coverage VALUES (1, 20, 10)",
        "INSERT INTO gap (stream, start_us, end_us, reason, detail) VALUES (1, 20, 20, 'x', '')",
        "INSERT INTO stream (camera, role) VALUES ('front door', 'main')",
        "INSERT INTO stream (camera, role) VALUES ('cam_1', 'third')",
        "INSERT INTO open_segment VALUES (0, 1, 1, 1, 1, 0, NULL, NULL)",
        "INSERT INTO open_segment VALUES (99, 77, 1, 1, 1, 0, NULL, NULL)",
        "INSERT INTO garbage VALUES ('one', 1, 1)",
        "INSERT INTO store (store, added_us) VALUES ('disk1', 1)",
    ],
)
def test_the_database_itself_refuses_nonsense(film: Film, statement: str) -> None:
    film.record()
    with pytest.raises(sqlite3.IntegrityError), film.catalog.transaction() as writer:
        writer.execute(statement)


def test_a_reader_cannot_write(film: Film) -> None:
    with pytest.raises(Unavailable) as caught, film.catalog.reading() as reader:
        reader.execute("DELETE FROM segment")
    assert caught.value.code == "catalog.read_only"


AHEAD = VERSION + 1


def migrate_ahead(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A program one version ahead."""
    real = connection._text
    monkeypatch.setattr(connection, "VERSION", AHEAD)
    monkeypatch.setattr(connection, "_text", lambda name: script if name == f"migrations/{AHEAD}.sql" else real(name))


def test_an_older_catalog_is_brought_up_with_what_it_holds(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    record = film.record()
    migrate_ahead(
        monkeypatch, "-- later\nCREATE TABLE later (\n  x INTEGER\n) STRICT;\nINSERT INTO later VALUES (7);\n"
    )
    film.reopen()
    with film.catalog.reading() as reader:
        assert reader.execute("SELECT x FROM later").fetchall() == [(7,)]
        assert reader.execute("PRAGMA user_version").fetchone() == (AHEAD,)
    assert film.catalog.segment(record.number) == record


def test_a_migration_that_fails_leaves_the_catalog_as_it_was(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    record = film.record()
    with monkeypatch.context() as ahead:
        migrate_ahead(ahead, "CREATE TABLE later (x) STRICT;\nINSERT INTO nowhere VALUES (1);\n")
        with pytest.raises(sqlite3.OperationalError):
            Catalog(film.catalog.path, film.clock)
    film.reopen()
    assert film.catalog.segment(record.number) == record
    with film.catalog.reading() as reader:
        assert reader.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'later'").fetchone() == (0,)


def test_a_catalog_without_room_says_so_and_goes_on_when_there_is_some(film: Film) -> None:
    with film.catalog.transaction() as writer:
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
    film.catalog._connection.execute(f"PRAGMA max_page_count = {pages}")
    large = Fact("fct_0000000000000001", "camera.state", 1, detail={"text": "x" * 100_000})
    with pytest.raises(Unavailable) as caught:
        film.catalog.add_fact(large)
    assert caught.value.code == "catalog.full"
    film.catalog._connection.execute("PRAGMA max_page_count = 1000000")
    assert film.catalog.add_fact(large) == 1


def test_the_log_of_changes_does_not_grow_for_ever(film: Film) -> None:
    """The write-ahead log is folded back while nobody reads an old state."""
    for n in range(400):
        film.catalog.add_fact(Fact(f"fct_{n:016d}", "camera.state", 1, detail={"text": "x" * 10_000}))
    assert film.catalog.path.with_name("catalog.db-wal").stat().st_size < 6_000_000
    assert film.catalog.path.stat().st_size > 3_000_000


def test_a_catalog_of_version_one_is_brought_up(film: Film) -> None:
    """As its recorder left it: footage without a rule, which is never deleted until one is ordered."""
    film.catalog.close()
    path = film.path / "old.db"
    old = sqlite3.connect(path)
    old.executescript((Path(__file__).parent / "schema_1.sql").read_text(encoding="utf-8"))
    old.execute(f"PRAGMA application_id = {connection.APPLICATION_ID}")
    old.executescript(
        """INSERT INTO meta VALUES ('format', 'mingcha.catalog/1'), ('made_us', 1), ('next_number', 2), ('next_run', 2),
            ('next_fact', 1), ('confirmed_fact', 0);
        INSERT INTO store VALUES (1, 'sto_1', 1);
        INSERT INTO stream VALUES (1, 'cam_1', 'main');
        INSERT INTO run VALUES (1, 1, 1, 'h264', '', 0, 0, '');
        INSERT INTO segment VALUES (1, 5, 1, 9, 1, 1, 0, 1, 2, 1, 1, 0, zeroblob(32));
        INSERT INTO open_segment VALUES (2, 1, 1, 1, 9, 0, NULL);
        PRAGMA user_version = 1;"""
    )
    old.close()
    brought = Catalog(path, film.clock)
    assert brought.segment(1) is not None
    with brought.reading() as reader:
        assert reader.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert reader.execute("SELECT rule, leaf FROM segment").fetchall() == [(None, None)]
        tables = {
            name: _plain(sql) for name, sql in reader.execute("SELECT name, sql FROM sqlite_schema WHERE sql <> ''")
        }
    brought.close()
    new = Catalog(film.path / "new.db", film.clock)
    with new.reading() as reader:
        expected = {
            name: _plain(sql) for name, sql in reader.execute("SELECT name, sql FROM sqlite_schema WHERE sql <> ''")
        }
    new.close()
    altered = {"segment", "open_segment", "store"}
    assert {name: sql for name, sql in tables.items() if name not in altered} == {
        name: sql for name, sql in expected.items() if name not in altered
    }
    film.catalog = Catalog(film.path / "catalog.db", film.clock)


def _plain(sql: str) -> str:
    """A definition without its comments and layout."""
    return " ".join(re.sub(r"--.*", "", sql).split())
