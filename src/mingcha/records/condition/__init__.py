"""The condition of the archive: what the recorder verified, what is broken, and who dealt with it."""
