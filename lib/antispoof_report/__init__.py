"""What the book needs besides the library: chapters, tables, players, claims, tools.

Chapters write ``from antispoof_report import report``. Nothing is imported here, so the
tools for notebooks start at once.
"""
