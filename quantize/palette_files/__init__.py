"""Palette formats: bytes to a palette and back."""
