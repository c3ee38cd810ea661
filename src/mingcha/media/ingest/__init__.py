"""From a camera's session to sealed segments: supervision, cutting into parts, time, gaps, the writer thread."""
