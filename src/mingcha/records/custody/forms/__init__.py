"""Forms of holds and copies."""
