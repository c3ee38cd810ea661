-- The catalog: which footage exists, which does not and why, and what has still to be told to the office.
--
-- Version 5 (PRAGMA user_version). Changes go into migrations/<version>.sql; this file always holds the newest schema.
-- Instants are wall time, microseconds since 1970-01-01T00:00:00Z, UTC (`*_us`). Ticks are 1/90000 s. Every footage
-- file is in exactly one of open_segment, segment and garbage; docs/ref/catalog.md tells the order of each change.

-- Facts about this catalog itself.
CREATE TABLE meta (
  -- Name: 'format' ('mingcha.catalog/1'), 'made_us', 'next_number' (the segment number to give out next; numbers are
  -- never used twice), 'next_run' (the same for runs), 'next_fact' (the fact sequence to give out next),
  -- 'confirmed_fact' (the office has all up to it). Made when first needed: 'ledger_size' (leaves before it are in the
  -- ledger for good), 'trusted_us', 'boot', 'boottime_us' (retention's own time; retention/trusted_time.py),
  -- 'holds_awaited' (made again; nothing is deleted until the office has told its holds).
  name TEXT NOT NULL PRIMARY KEY,
  -- Text for 'format', integer for the others.
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- The store directories this catalog speaks of.
CREATE TABLE store (
  -- Short key, used in the large tables.
  id INTEGER PRIMARY KEY,
  -- Public id, as in the directory's mingcha-store.json; a directory with another id is never written to.
  store TEXT NOT NULL UNIQUE CHECK (store GLOB 'sto_*'),
  -- When this catalog first met it.
  added_us INTEGER NOT NULL CHECK (added_us > 0),
  -- How often this catalog has opened it for writing; the directory counts too (its file `uses`). The lower of both is the
  -- older copy.
  uses INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0),
  -- When a person gave it up for good; NULL for all others.
  lost_us INTEGER CHECK (lost_us > 0)
) STRICT;

-- How long footage is kept, as the office ordered it. Rows are never changed: a segment points at the rule it was recorded
-- under.
CREATE TABLE rule (
  -- Short key, used in the large tables.
  id INTEGER PRIMARY KEY,
  -- Never deleted before this much time after its end.
  floor_us INTEGER NOT NULL CHECK (floor_us >= 0),
  -- Deleted when this much time after its end has passed; NULL where nothing orders deletion.
  ceiling_us INTEGER CHECK (ceiling_us >= floor_us),
  -- 1: between floor and ceiling it may go when the disk needs room.
  make_room INTEGER NOT NULL CHECK (make_room IN (0, 1)),
  -- The provisions: JSON list of texts such as "cn-2025-799 17".
  ground TEXT NOT NULL,
  -- Digest of the law data that was asked.
  law_version TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX rule_once ON rule (floor_us, coalesce(ceiling_us, -1), make_room, ground, law_version);

-- The streams that ever were recorded.
CREATE TABLE stream (
  -- Short key, used in the large tables.
  id INTEGER PRIMARY KEY,
  -- Public id of the camera.
  camera TEXT NOT NULL CHECK (camera GLOB 'cam_*'),
  -- Which of the camera's streams.
  role TEXT NOT NULL CHECK (role IN ('main', 'sub')),
  UNIQUE (camera, role)
) STRICT;

-- The rule for what is recorded from now on. Stays when a camera is taken out of the plan.
CREATE TABLE stream_rule (
  -- Whose.
  stream INTEGER PRIMARY KEY REFERENCES stream (id),
  -- Which.
  rule INTEGER NOT NULL REFERENCES rule (id),
  -- Since when.
  since_us INTEGER NOT NULL CHECK (since_us > 0)
) STRICT;

-- Runs: unbroken stretches of one session in one picture format. The format itself is in the header of every file.
CREATE TABLE run (
  -- Run number, also in the files; never used twice.
  id INTEGER PRIMARY KEY,
  -- Whose.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- Wall instant of its media time 0.
  start_us INTEGER NOT NULL CHECK (start_us > 0),
  -- 'h264' or 'h265'; 'unknown' after a rebuild that could not tell.
  codec TEXT NOT NULL CHECK (codec IN ('h264', 'h265', 'unknown')),
  -- RFC 6381, for playlists; may be empty.
  codec_string TEXT NOT NULL,
  -- Width of the pictures in pixels; 0 where not known.
  width INTEGER NOT NULL CHECK (width >= 0),
  -- Their height in pixels; 0 where not known.
  height INTEGER NOT NULL CHECK (height >= 0),
  -- '' without audio.
  audio_codec TEXT NOT NULL CHECK (audio_codec IN ('', 'aac', 'pcma', 'pcmu'))
) STRICT;
CREATE INDEX run_by_stream ON run (stream, start_us);

-- Files being written, in <store>/open. The row comes before the file, and goes in the transaction that adds the segment.
CREATE TABLE open_segment (
  -- Segment number, the file's name.
  number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 1099511627775),
  -- Where the file lies.
  store INTEGER NOT NULL REFERENCES store (id),
  -- What it records.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- The run it is a piece of.
  run INTEGER NOT NULL REFERENCES run (id),
  -- Wall instant of the first picture.
  start_us INTEGER NOT NULL CHECK (start_us > 0),
  -- Ticks from the start of the run to media time 0 of the file.
  media_offset INTEGER NOT NULL CHECK (media_offset >= 0),
  -- Found by recovery in a file that a crash left behind, until it is sealed; NULL while being recorded.
  end_us INTEGER CHECK (end_us >= start_us),
  -- The rule it is recorded under; NULL where none was ordered yet.
  rule INTEGER REFERENCES rule (id)
) STRICT;

-- Sealed files, in <store>/segments, kept in the order in which they are asked for: by stream and time.
CREATE TABLE segment (
  -- What it records.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- Wall instant of its media time 0. Segments of a run follow each other without hole or overlap.
  start_us INTEGER NOT NULL CHECK (start_us > 0),
  -- Segment number, the file's name; unique by segment_by_number.
  number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 1099511627775),
  -- Wall instant of its end, not part of it.
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  -- Where the file lies.
  store INTEGER NOT NULL REFERENCES store (id),
  -- The run it is a piece of.
  run INTEGER NOT NULL REFERENCES run (id),
  -- Ticks from the start of the run to media time 0 of the file.
  media_offset INTEGER NOT NULL CHECK (media_offset >= 0),
  -- Ticks from media time 0 of the file to its end.
  media_duration INTEGER NOT NULL CHECK (media_duration > 0),
  -- Length of the file.
  file_bytes INTEGER NOT NULL CHECK (file_bytes > header_bytes),
  -- Length of its ftyp and moov, with which it begins: what a player needs before any part.
  header_bytes INTEGER NOT NULL CHECK (header_bytes > 0),
  -- Pictures in the file.
  frames INTEGER NOT NULL CHECK (frames >= 0),
  -- Bit 0: does not begin with a key frame; bit 1: sealed by recovery after a crash.
  flags INTEGER NOT NULL CHECK (flags BETWEEN 0 AND 3),
  -- RFC 6962 root over the hashes of header and parts, as in the file's trailer.
  root BLOB NOT NULL CHECK (length(root) = 32),
  -- The rule it was recorded under, frozen; NULL where none was ordered yet: then it is never deleted.
  rule INTEGER REFERENCES rule (id),
  -- Index of its leaf in the ledger; NULL until the ledger has it for good.
  leaf INTEGER CHECK (leaf >= 0),
  PRIMARY KEY (stream, start_us, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX segment_by_number ON segment (number);
CREATE INDEX segment_by_rule ON segment (stream, rule, start_us);

-- Where the parts of a sealed file lie; apart from `segment`, so that lists of segments stay narrow.
CREATE TABLE segment_index (
  -- Segment number.
  number INTEGER PRIMARY KEY,
  -- Part sizes, durations, picture counts and key flags as varints; see part_index.py and docs/ref/catalog.md.
  parts BLOB NOT NULL CHECK (length(parts) > 0)
) STRICT;

-- Sealed footage with neighbours joined: the time line. Kept in the same transactions as `segment`; stretches of one
-- stream neither overlap nor touch.
CREATE TABLE coverage (
  -- Whose.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- Wall instant at which it begins.
  start_us INTEGER NOT NULL CHECK (start_us > 0),
  -- Wall instant at which it ends.
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  PRIMARY KEY (stream, start_us)
) STRICT, WITHOUT ROWID;

-- Footage that was deleted by its rule, with neighbours joined: it was recorded, and is not there any more.
CREATE TABLE deleted (
  -- Whose.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- Wall instant at which it begins.
  start_us INTEGER NOT NULL CHECK (start_us > 0),
  -- Wall instant at which it ends.
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  PRIMARY KEY (stream, start_us)
) STRICT, WITHOUT ROWID;

-- Footage that stays whatever its rule says. Rows are never deleted: a hold that is over says when and why.
CREATE TABLE hold (
  -- Public id.
  hold TEXT NOT NULL PRIMARY KEY CHECK (hold GLOB 'hld_*'),
  -- Public id of the camera; all its streams are held.
  camera TEXT NOT NULL CHECK (camera GLOB 'cam_*'),
  -- Wall instant at which it begins.
  start_us INTEGER NOT NULL CHECK (start_us >= 0),
  -- Wall instant at which it ends, not part of it.
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  -- It ends by itself then; NULL: only when released.
  until_us INTEGER,
  -- When this catalog learned of it.
  placed_us INTEGER NOT NULL CHECK (placed_us > 0),
  -- When it was released; NULL while it holds.
  released_us INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_by_camera ON hold (camera) WHERE released_us IS NULL;

-- What the ledger has still to be told, in order; rows go when it has them for good (ledger_size in meta).
CREATE TABLE leaf (
  -- Rises by one.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The entry: canonical JSON (docs/ref/ledger-entries.md).
  body TEXT NOT NULL,
  -- Number of the segment it speaks of, whose row is told its index; NULL for others.
  segment INTEGER
) STRICT;

-- Copies that were on this recorder and are gone. Rows are never deleted: an office that asks again is told again.
CREATE TABLE copy_deletion (
  -- Public id of the copy.
  export TEXT NOT NULL PRIMARY KEY CHECK (export GLOB 'exp_*'),
  -- Public id of the fact that tells of it.
  fact TEXT NOT NULL,
  -- The fact (mingcha.wire.facts), canonical JSON.
  message TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Stretches of wall time that should have been recorded and were not.
CREATE TABLE gap (
  -- Only a handle.
  id INTEGER PRIMARY KEY,
  -- Whose.
  stream INTEGER NOT NULL REFERENCES stream (id),
  -- Wall instant at which it begins: where the footage before it ends.
  start_us INTEGER NOT NULL CHECK (start_us > 0),
  -- Wall instant at which it ends; NULL while it lasts.
  end_us INTEGER CHECK (end_us > start_us),
  -- A word of reasons.py.
  reason TEXT NOT NULL CHECK (reason <> ''),
  -- What is known beyond the reason, in English, for the technician; no addresses with credentials.
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX gap_by_stream ON gap (stream, start_us);
CREATE UNIQUE INDEX gap_open ON gap (stream) WHERE end_us IS NULL;

-- Sealed files on their way out: the row comes here, the file is unlinked, the directory synced, the row dropped. A segment
-- that was moved is here with the store it left, and still in `segment` with the one it went to.
CREATE TABLE garbage (
  -- Segment number.
  number INTEGER NOT NULL CHECK (number > 0),
  -- Where the file lies, if it still does.
  store INTEGER NOT NULL REFERENCES store (id),
  -- When it was decided.
  since_us INTEGER NOT NULL CHECK (since_us > 0),
  PRIMARY KEY (number, store)
) STRICT, WITHOUT ROWID;

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

-- The outbox: facts the office has not confirmed yet.
CREATE TABLE fact (
  -- Rises by one from 1, without holes.
  sequence INTEGER PRIMARY KEY,
  -- Public id of the fact, so that it is never told twice under two sequences.
  fact TEXT NOT NULL UNIQUE,
  -- The message (mingcha.wire.facts), canonical JSON, without its sequence.
  message TEXT NOT NULL
) STRICT;

-- A segment with the public ids of its store and stream.
CREATE VIEW segment_view AS
SELECT
  segment.stream, segment.number, store.store, stream.camera, stream.role, segment.run, segment.start_us, segment.end_us,
  segment.media_offset, segment.media_duration, segment.file_bytes, segment.header_bytes, segment.frames, segment.flags,
  segment.root
FROM segment JOIN stream ON stream.id = segment.stream JOIN store ON store.id = segment.store;

-- The same for a segment being written.
CREATE VIEW open_segment_view AS
SELECT
  open_segment.number, store.store, stream.camera, stream.role, open_segment.run, open_segment.start_us,
  open_segment.media_offset, open_segment.end_us
FROM open_segment JOIN stream ON stream.id = open_segment.stream JOIN store ON store.id = open_segment.store;
