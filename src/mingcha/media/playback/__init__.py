"""Stored ranges for browsers: time line, HLS, previews and snapshots. Every answer is behind the gate."""
