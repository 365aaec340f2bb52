"""Reduce images to their best N colours with k-means."""
