"""Colour spaces, differences, contrast, order, and the nearest palette entry."""
