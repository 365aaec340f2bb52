"""Weighted points to centroids; the two estimators."""
