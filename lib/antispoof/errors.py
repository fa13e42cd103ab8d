"""The errors this library raises on bad input, each a sentence for the user.

The command line prints the sentence and exits with status 1; any other exception that
reaches it is a bug.
"""

from collections.abc import Collection

# Exceptions that reading a damaged text file raises (JSON and pandas: ValueError).
PARSE_ERRORS = (
    ArithmeticError,
    AttributeError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)


class AntispoofError(Exception):
    """Base of all documented errors."""


class AudioError(AntispoofError):
    """A clip that cannot be decoded, or is not fit to be."""


class CorpusError(AntispoofError):
    """A corpus folder or protocol that is missing, empty or malformed."""


class ParameterError(AntispoofError, ValueError):
    """A setting or name outside what is accepted."""


def check_choice(name: str, value: object, accepted: Collection[str]) -> None:
    """ParameterError unless a setting has one of the accepted values."""
    if value not in accepted:
        raise ParameterError(f"{name}={value!r}; accepted: {', '.join(accepted)}")


class ScoreError(AntispoofError):
    """Scores that are missing, duplicate, non-finite, or do not fit the protocol."""


class RunError(AntispoofError):
    """A run record that is incomplete, damaged or does not fit."""


class TrainingError(AntispoofError):
    """A training that diverged."""


class DiskError(AntispoofError):
    """Not enough space for what is about to be written."""


class MemoryLimitError(AntispoofError):
    """A batch that does not fit into memory."""


class TimeLimitError(AntispoofError):
    """Training stopped before the platform ends the session."""


class ArchiveError(AntispoofError):
    """An archive that is damaged, incomplete or not to be trusted."""


class DownloadError(AntispoofError):
    """A file that could not be downloaded completely, or is not the expected one."""
