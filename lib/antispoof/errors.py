"""The errors this library raises on bad input, each a sentence for a person.

The command line prints the sentence and exits with status 1; anything else that
escapes is a defect.
"""

# What reading a damaged text file raises; errors of JSON and pandas are ValueErrors.
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


class ScoreError(AntispoofError):
    """Scores that are missing, duplicate, non-finite, or do not fit the protocol."""


class RunError(AntispoofError):
    """A run record that is incomplete, or was made by something else."""


class DiskError(AntispoofError):
    """Not enough space for what is about to be written."""


class MemoryLimitError(AntispoofError):
    """Work that would not fit into the memory at hand."""


class TimeLimitError(AntispoofError):
    """Work stopped on purpose before the platform would have ended it."""


class ArchiveError(AntispoofError):
    """An archive that is damaged, incomplete or not to be trusted."""


class DownloadError(AntispoofError):
    """A file that could not be fetched whole, or is not the one expected."""
