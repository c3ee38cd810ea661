-- Version 2: rules of keeping, holds, deletions, the ledger.

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

-- The rule for what is recorded from now on. Stays when a camera is taken out of the plan.
CREATE TABLE stream_rule (
  -- Whose.
  stream INTEGER PRIMARY KEY REFERENCES stream (id),
  -- Which.
  rule INTEGER NOT NULL REFERENCES rule (id),
  -- Since when.
  since_us INTEGER NOT NULL CHECK (since_us > 0)
) STRICT;

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

-- The rule it is recorded under; NULL where none was ordered yet.
ALTER TABLE open_segment ADD COLUMN rule INTEGER REFERENCES rule (id);

-- The rule it was recorded under, frozen; NULL where none was ordered yet: then it is never deleted.
ALTER TABLE segment ADD COLUMN rule INTEGER REFERENCES rule (id);

-- Index of its leaf in the ledger; NULL until the ledger has it for good.
ALTER TABLE segment ADD COLUMN leaf INTEGER CHECK (leaf >= 0);
