"""The sounds of the simulated language, and sentences made of them.

A *phone* is one or two *segments*, each a target that the vocal tract moves towards.
Vowel formants are the male averages of Peterson and Barney (1952), consonant loci
after Klatt (1980), both rounded. The words mean nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEUTRAL = (500.0, 1500.0, 2500.0)  # Hz, a tube open at one end


@dataclass(frozen=True)
class Segment:
    """One articulatory target. Strengths are relative to a vowel's voicing of 1."""

    milliseconds: float
    formants: tuple[float, float, float] | None  # Hz; None = those of the next vowel
    voicing: float = 0.0
    aspiration: float = 0.0  # noise at the glottis, through the formants
    frication: float = 0.0  # noise at a constriction
    noise_centre: float = 4000.0  # Hz, of the frication
    noise_bandwidth: float = 3000.0  # Hz
    vowel: bool = False


def _vowel(milliseconds, *targets):
    share = milliseconds / len(targets)
    return tuple(Segment(share, target, voicing=1.0, vowel=True) for target in targets)


def _plosive(locus, centre, bandwidth, *, voiced):
    closure = Segment(60, locus, voicing=0.12 if voiced else 0.0)
    burst = Segment(
        10, locus, frication=0.9, noise_centre=centre, noise_bandwidth=bandwidth
    )
    if voiced:
        return closure, burst
    return closure, burst, Segment(35, None, aspiration=0.35)


def _fricative(milliseconds, locus, centre, bandwidth, strength, *, voiced=False):
    return (
        Segment(
            milliseconds,
            locus,
            voicing=0.35 if voiced else 0.0,
            frication=strength * (0.6 if voiced else 1.0),
            noise_centre=centre,
            noise_bandwidth=bandwidth,
        ),
    )


def _sonorant(milliseconds, formants, voicing):
    return (Segment(milliseconds, formants, voicing=voicing),)


_LABIAL, _ALVEOLAR, _VELAR = (300, 900, 2300), (300, 1750, 2600), (280, 2000, 2300)

PHONES: dict[str, tuple[Segment, ...]] = {
    "i": _vowel(110, (270, 2290, 3010)),
    "ih": _vowel(80, (390, 1990, 2550)),
    "eh": _vowel(95, (530, 1840, 2480)),
    "ae": _vowel(125, (660, 1720, 2410)),
    "aa": _vowel(130, (730, 1090, 2440)),
    "ao": _vowel(120, (570, 840, 2410)),
    "uh": _vowel(80, (440, 1020, 2240)),
    "u": _vowel(110, (300, 870, 2240)),
    "ah": _vowel(90, (640, 1190, 2390)),
    "er": _vowel(115, (490, 1350, 1690)),
    "ay": _vowel(160, (730, 1150, 2440), (400, 2000, 2550)),
    "ow": _vowel(145, (540, 1000, 2400), (380, 850, 2250)),
    "p": _plosive(_LABIAL, 1000, 1500, voiced=False),
    "t": _plosive(_ALVEOLAR, 4500, 2500, voiced=False),
    "k": _plosive(_VELAR, 2100, 900, voiced=False),
    "b": _plosive(_LABIAL, 900, 1500, voiced=True),
    "d": _plosive(_ALVEOLAR, 4000, 2500, voiced=True),
    "g": _plosive(_VELAR, 1900, 900, voiced=True),
    "f": _fricative(95, _LABIAL, 5500, 6000, 0.22),
    "th": _fricative(85, _ALVEOLAR, 6000, 5000, 0.18),
    "s": _fricative(105, _ALVEOLAR, 6000, 1800, 0.85),
    "sh": _fricative(110, (300, 1850, 2500), 3300, 1500, 0.8),
    "v": _fricative(65, _LABIAL, 5500, 6000, 0.2, voiced=True),
    "z": _fricative(80, _ALVEOLAR, 6000, 1800, 0.7, voiced=True),
    "h": (Segment(60, None, aspiration=0.4),),
    "m": _sonorant(70, (270, 1000, 2200), 0.35),
    "n": _sonorant(65, (270, 1500, 2500), 0.35),
    "ng": _sonorant(70, (270, 2000, 2400), 0.3),
    "l": _sonorant(65, (360, 1150, 2700), 0.6),
    "r": _sonorant(65, (330, 1060, 1550), 0.6),
    "w": _sonorant(65, (300, 650, 2200), 0.55),
    "j": _sonorant(60, (260, 2200, 3000), 0.55),
}
VOWELS = tuple(name for name, segments in PHONES.items() if segments[0].vowel)
ONSETS = tuple(name for name in PHONES if name not in (*VOWELS, "ng"))
CODAS = ("", "", "", "", "n", "m", "s", "t", "l", "r", "k", "ng", "z", "d")

Phrase = tuple[str, ...]  # of phones


def draw_sentence(rng: np.random.Generator, *, seconds: float) -> tuple[Phrase, ...]:
    """Draw phrases of consonant-vowel(-consonant) syllables.

    Parameters
    ----------
    rng
        The utterance's stream.
    seconds
        Length of the speech at normal tempo that the sentence should come near.
    """
    phrases: list[Phrase] = []
    left = seconds
    while left > 0.3:
        length = min(left, rng.uniform(0.7, 2.2))
        left -= length
        phones: list[str] = []
        while length > 0:
            syllable = [rng.choice(ONSETS), rng.choice(VOWELS), rng.choice(CODAS)]
            syllable = [str(phone) for phone in syllable if phone]
            phones += syllable
            length -= sum(
                segment.milliseconds / 1000
                for phone in syllable
                for segment in PHONES[phone]
            )
        phrases.append(tuple(phones))
    return tuple(phrases)
