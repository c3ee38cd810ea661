"""The recorder: cameras in, segments, live pictures, playback and copies out. Knows no Django and no office."""
