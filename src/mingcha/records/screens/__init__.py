"""Named screens: the browsers at desks on which a grant to somebody from outside may be looked at."""
