"""The gate: no byte of a picture leaves without a ticket, and what flows stops when its grant ends."""
