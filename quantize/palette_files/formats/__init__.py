"""One module for each palette format."""
