"""Reading and writing of palette files."""
