"""Scoring a partition, and reading and writing score files.

Nothing is imported here: score files are needed where torch is not.
"""
