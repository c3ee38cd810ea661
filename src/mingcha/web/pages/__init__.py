"""Pages that belong to no single app: home, the book, about."""
