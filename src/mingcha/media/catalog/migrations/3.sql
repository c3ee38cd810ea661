-- Version 3: copies that were deleted.

-- Copies that were on this recorder and are gone. Rows are never deleted: an office that asks again is told again.
CREATE TABLE copy_deletion (
  -- Public id of the copy.
  export TEXT NOT NULL PRIMARY KEY CHECK (export GLOB 'exp_*'),
  -- Public id of the fact that tells of it.
  fact TEXT NOT NULL,
  -- The fact (mingcha.wire.facts), canonical JSON.
  message TEXT NOT NULL
) STRICT, WITHOUT ROWID;
