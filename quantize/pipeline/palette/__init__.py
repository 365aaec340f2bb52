"""The search for a palette."""
