-- The catalog: which footage exists, which does not and why, and what has still to be told to the office.
--
-- Version 1 (PRAGMA user_version). Changes go into migrations/<version>.sql; this file always holds the newest schema.
-- Instants are wall time, microseconds since 1970-01-01T00:00:00Z, UTC (`*_us`). Ticks are 1/90000 s. Every footage
-- file is in exactly one of open_segment, segment and garbage; docs/ref/catalog.md tells the order of each change.

-- Facts about this catalog itself.
CREATE TABLE meta (
  -- Name: 'format' ('mingcha.catalog/1'), 'made_us', 'next_number' (the segment number to give out next; numbers are
  -- never used twice), 'next_run' (the same for runs), 'next_fact' (the fact sequence to give out next),
  -- 'confirmed_fact' (the office has all up to it).
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
  added_us INTEGER NOT NULL CHECK (added_us > 0)
) STRICT;

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
  end_us INTEGER CHECK (end_us >= start_us)
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
  PRIMARY KEY (stream, start_us, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX segment_by_number ON segment (number);

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

-- Sealed files on their way out: the row comes here, the file is unlinked, the directory synced, the row dropped.
CREATE TABLE garbage (
  -- Segment number.
  number INTEGER PRIMARY KEY,
  -- Where the file lies, if it still does.
  store INTEGER NOT NULL REFERENCES store (id),
  -- When it was decided.
  since_us INTEGER NOT NULL CHECK (since_us > 0)
) STRICT;

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
