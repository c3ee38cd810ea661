"""Masking of people in what is shown: finds faces and what moves, and paints over it. Knows nobody: boxes only."""
