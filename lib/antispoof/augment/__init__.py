"""Augmentations, each a transform of a waveform."""
