"""Comparisons with independent libraries (extra `oracle`)."""
