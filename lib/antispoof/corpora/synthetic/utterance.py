"""One utterance of the corpus from its seed: spoken, perhaps forged, recorded."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from antispoof.constants import NO_ATTACK, SAMPLE_RATE
from antispoof.corpora.synthetic.attacks import ATTACKS
from antispoof.corpora.synthetic.performance import perform
from antispoof.corpora.synthetic.phones import draw_sentence
from antispoof.corpora.synthetic.plan import SPEAKERS, UTTERANCES, Trial, stream
from antispoof.corpora.synthetic.recording import record
from antispoof.corpora.synthetic.speaker import draw_speaker


def render(trial: Trial, *, seed: int) -> np.ndarray:
    """Waveform ``(n,)`` of a trial, int16 at 16 kHz."""
    speaker = draw_speaker(stream(seed, SPEAKERS, trial.partition, trial.speaker_index))
    rng = stream(seed, UTTERANCES, trial.partition, trial.index)
    seconds = np.clip(np.exp(rng.normal(np.log(1.75), 0.4)), 0.7, 4.0)
    performance = perform(draw_sentence(rng, seconds=seconds), speaker, rng)
    speech = performance.waveform
    if trial.attack != NO_ATTACK:
        speech = ATTACKS[trial.attack].forge(performance, rng)
    recorded = record(speech, speaker.place, rng)
    return np.rint(recorded * 32767).astype(np.int16)


def render_flac(trial: Trial, *, seed: int) -> bytes:
    """The same as a FLAC file, 16 bit, one channel."""
    file = io.BytesIO()
    soundfile.write(
        file, render(trial, seed=seed), SAMPLE_RATE, format="FLAC", subtype="PCM_16"
    )
    return file.getvalue()
