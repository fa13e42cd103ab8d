"""One function per figure; each returns a matplotlib ``Figure`` and shows nothing.

Modules go by what they draw: ``background`` (what sound and networks are), ``data``
(a corpus), ``features`` (from waveform to model input), ``training``, ``decisions``.
``style`` holds what all figures share.
"""
