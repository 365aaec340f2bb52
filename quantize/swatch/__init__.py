"""A palette drawn as PNG or SVG."""
