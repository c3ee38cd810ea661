"""Pages of holds and copies."""
