"""Code lines of the project's packages, their aims and limits: ``make size``.

A code line holds a token of code: blank lines, comments and docstrings do not count.
Exits 1 if a limit is exceeded, so that ``make lint`` fails. An aim is what the design
sets. Where a limit is above it, there is more code than there should be: the limit is
what there is today. What is added must be made room for, and a limit that falls stays
down.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path

# Folders -> aim, limit.
LIMITS = {
    ("lib/antispoof",): (6000, 7794),
    ("lib/antispoof_report", "book/_ext"): (2500, 2944),
    ("tests",): (8000, 9355),
    ("benchmarks",): (600, 600),
}
NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Number of code lines in a Python source."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NOT_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (
            ast.get_docstring(node, clean=False) is not None
        ):
            docstring = node.body[0]
            lines.difference_update(range(docstring.lineno, docstring.end_lineno + 1))
    return len(lines)


def main() -> int:
    """Print the table; 1 if a limit is exceeded."""
    exceeded = False
    for folders, (aim, limit) in LIMITS.items():
        paths = (path for folder in folders for path in Path(folder).rglob("*.py"))
        size = sum(code_lines(path.read_text("utf-8")) for path in paths)
        exceeded |= size > limit
        note = "  TOO MANY" if size > limit else "  above the aim" * (size > aim)
        print(f"{' + '.join(folders):36} {size:6} of {limit}, aim {aim}{note}")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
