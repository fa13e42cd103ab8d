"""One function per figure; each returns a matplotlib ``Figure`` and shows nothing.

One module per subject: ``data`` (a corpus), ``sound``, ``features`` (from waveform to
model input), ``training``, ``scores``, ``decisions``, ``forest`` (effects),
``timeline`` (one clip). ``style`` has what all figures share.
"""
