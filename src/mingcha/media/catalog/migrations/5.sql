-- Version 5: what is due is found by rule, so that footage nothing orders to delete is not looked at in every sweep.

CREATE INDEX segment_by_rule ON segment (stream, rule, start_us);
