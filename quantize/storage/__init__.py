"""Local files and URLs behind one face; safe writing."""
