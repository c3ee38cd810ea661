"""Pages of requests from outside."""
