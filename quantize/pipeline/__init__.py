"""Frames in, indices out: settings, counting, palette search, mapping, figures."""
