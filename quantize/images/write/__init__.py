"""Indices and a palette to image files."""
