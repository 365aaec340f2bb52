"""Image files to pixels and back; one row for each format."""
