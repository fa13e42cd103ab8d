"""Drawings of the background chapter."""
