"""Pages of posts, appointments and personnel files."""
