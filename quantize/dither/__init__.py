"""Error diffusion and threshold matrices."""
