"""Animations and pages: files of several pictures."""
