-- Version 4: several disks: what lies where, what comes in a day, a file that is on its way out of one of two disks.

-- How often this catalog has opened it for writing; the directory counts too (its file `uses`). The lower of both is the
-- older copy.
ALTER TABLE store ADD COLUMN uses INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0);

-- When a person gave it up for good; NULL for all others.
ALTER TABLE store ADD COLUMN lost_us INTEGER CHECK (lost_us > 0);

-- Sealed files on their way out: the row comes here, the file is unlinked, the directory synced, the row dropped. A segment
-- that was moved is here with the store it left, and still in `segment` with the one it went to.
ALTER TABLE garbage RENAME TO garbage_before;
CREATE TABLE garbage (
  -- Segment number.
  number INTEGER NOT NULL CHECK (number > 0),
  -- Where the file lies, if it still does.
  store INTEGER NOT NULL REFERENCES store (id),
  -- When it was decided.
  since_us INTEGER NOT NULL CHECK (since_us > 0),
  PRIMARY KEY (number, store)
) STRICT, WITHOUT ROWID;
INSERT INTO garbage SELECT number, store, since_us FROM garbage_before;
DROP TABLE garbage_before;

-- What of a stream lies sealed on a store; kept by triggers.
CREATE TABLE stock (
  -- Whose.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- Where.
  store INTEGER NOT NULL REFERENCES store (id),
  -- How many segments.
  segments INTEGER NOT NULL CHECK (segments >= 0),
  -- Their length together.
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  PRIMARY KEY (stream, store)
) STRICT, WITHOUT ROWID;

-- What came in on a day, whether or not it is still there: the forecast is made of it. Old days go.
CREATE TABLE intake (
  -- Whose.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- Days since 1970-01-01 UTC, of the end of each segment.
  day INTEGER NOT NULL CHECK (day >= 0),
  -- Length of the files.
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  -- Wall time they hold.
  recorded_us INTEGER NOT NULL CHECK (recorded_us >= 0),
  PRIMARY KEY (stream, day)
) STRICT, WITHOUT ROWID;

-- A segment comes.
CREATE TRIGGER segment_comes AFTER INSERT ON segment BEGIN
  INSERT INTO stock VALUES (new.stream, new.store, 1, new.file_bytes)
    ON CONFLICT (stream, store) DO UPDATE SET segments = segments + 1, bytes = bytes + excluded.bytes;
  INSERT INTO intake VALUES (new.stream, new.end_us / 86400000000, new.file_bytes, new.end_us - new.start_us)
    ON CONFLICT (stream, day) DO UPDATE SET
      bytes = bytes + excluded.bytes, recorded_us = recorded_us + excluded.recorded_us;
END;

-- A segment goes.
CREATE TRIGGER segment_goes AFTER DELETE ON segment BEGIN
  UPDATE stock SET segments = segments - 1, bytes = bytes - old.file_bytes
    WHERE stream = old.stream AND store = old.store;
END;

-- A segment has been moved to another store.
CREATE TRIGGER segment_moves AFTER UPDATE OF store ON segment WHEN old.store <> new.store BEGIN
  UPDATE stock SET segments = segments - 1, bytes = bytes - old.file_bytes
    WHERE stream = old.stream AND store = old.store;
  INSERT INTO stock VALUES (new.stream, new.store, 1, new.file_bytes)
    ON CONFLICT (stream, store) DO UPDATE SET segments = segments + 1, bytes = bytes + excluded.bytes;
END;

INSERT INTO stock SELECT stream, store, count(*), sum(file_bytes) FROM segment GROUP BY stream, store;
INSERT INTO intake SELECT stream, end_us / 86400000000, sum(file_bytes), sum(end_us - start_us) FROM segment
  WHERE end_us >= (SELECT max(end_us) FROM segment) - 3456000000000 GROUP BY 1, 2;
