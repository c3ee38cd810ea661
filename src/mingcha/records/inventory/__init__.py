"""Units, sites and cameras: what there is, where, and what is to be recorded. Never talks to a camera."""
