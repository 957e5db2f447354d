"""Measurements, and the peers to measure against. Nothing here is imported by the package."""
