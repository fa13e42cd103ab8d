"""Lossy codecs and file formats, by FFmpeg, in memory."""

import io

import numpy as np

from antispoof.audio import decoding, resample
from antispoof.augment.registry import Array, Drawn, Rng, draw, register_augmentation
from antispoof.constants import SAMPLE_RATE

# FFmpeg's encoder and container; Hz; kbit/s that are drawn from, if there is a choice.
ENCODINGS = {
    "mp3": ("libmp3lame", "mp3", 16_000, [24, 32, 48, 64, 96, 128]),
    "aac": ("aac", "ipod", 16_000, [24, 32, 48, 64, 96]),
    "opus": ("libopus", "ogg", 16_000, [12, 16, 24, 32, 64]),
    "amr_nb": ("libopencore_amrnb", "amr", 8_000, [5.9, 6.7, 7.4, 7.95, 10.2, 12.2]),
    "amr_wb": ("libvo_amrwbenc", "amr", 16_000, [8.85, 12.65, 15.85, 19.85, 23.85]),
    "alaw": ("pcm_alaw", "wav", 8_000, None),  # ITU-T G.711
    "mulaw": ("pcm_mulaw", "wav", 8_000, None),  # ITU-T G.711
    "g722": ("g722", "wav", 16_000, None),  # ITU-T G.722, 64 kbit/s
    "wav": ("pcm_s16le", "wav", 16_000, None),
    "flac": ("flac", "flac", 16_000, None),
}
LOSSY = [name for name in ENCODINGS if name not in ("wav", "flac")]
CONDITIONS = {
    "MP3 at 64 kbit/s": {"encoding": "mp3", "kbit": 64},
    "MP3 at 24 kbit/s": {"encoding": "mp3", "kbit": 24},
    "Opus at 16 kbit/s": {"encoding": "opus", "kbit": 16},
    "WAV at 44.1 kHz": {"encoding": "wav", "hz": 44_100},
    "FLAC at 48 kHz": {"encoding": "flac", "hz": 48_000},
    "m4a at 44.1 kHz": {"encoding": "aac", "kbit": 128, "hz": 44_100},
}


@register_augmentation("codec", title="lossy codec", conditions=CONDITIONS)
def codec(
    x: Array, rng: Rng, *, encoding: Drawn = LOSSY, kbit: Drawn = None, hz: Drawn = None
) -> Array:
    """Encode and decode; a few thousand samples longer than before at most.

    Values outside -1 to 1 are clipped.

    Parameters
    ----------
    encoding : of ENCODINGS. Of a list, those that this build of FFmpeg can encode.
    kbit : kbit/s; None draws one of the encoding's.
    hz : sample rate of the file; None is the encoding's.
    """
    from av import codecs_available

    if isinstance(encoding, list):
        encoding = [e for e in encoding if ENCODINGS[e][0] in codecs_available]
    name = draw(rng, encoding)
    kbit = draw(rng, kbit or ENCODINGS[name][3])
    hz = draw(rng, hz or ENCODINGS[name][2])
    file = io.BytesIO(encode(resample(x, SAMPLE_RATE, hz), hz, name, kbit))
    clip = decoding.decode(file)
    return resample(clip.mono(), clip.sample_rate, SAMPLE_RATE)


def encode(x: Array, sample_rate: int, encoding: str, kbit: float | None) -> bytes:
    """The bytes of a mono file.

    Parameters
    ----------
    x : waveform (n,); values outside -1 to 1 are clipped.
    sample_rate : Hz.
    encoding : of ENCODINGS.
    kbit : kbit/s of a lossy encoding.
    """
    import av

    encoder, container, _, _ = ENCODINGS[encoding]
    values = (np.clip(x, -1, 1) * 32_767).round().astype(np.int16)[None]
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        options = {"compression_level": "5"} if encoding == "opus" else {}  # faster
        stream = out.add_stream(encoder, sample_rate, options, layout="mono")
        if kbit is not None:
            stream.bit_rate = round(1_000 * kbit)
        frame = av.AudioFrame.from_ndarray(values, format="s16", layout="mono")
        frame.rate = sample_rate
        out.mux([*stream.encode(frame), *stream.encode(None)])
    return file.getvalue()
