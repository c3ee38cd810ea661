"""Drawn street scenes: six small places with moving figures, a burned-in clock and a frame number."""
