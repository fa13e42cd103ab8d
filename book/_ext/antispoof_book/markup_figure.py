"""The directive ``{drawn-figure}``: a numbered figure with a caption, made of markup.

A figure of text and links wraps on a phone, follows the colour mode, is read aloud, and
Sphinx checks its links. The argument is the caption; the body is the figure::

    :::{drawn-figure} The seven stages of the work.
    :name: fig-workflow
    :class: workflow
    1. ...
    :::
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("drawn-figure", MarkupFigure)


class MarkupFigure(SphinxDirective):
    """A ``figure`` node whose body is parsed markup instead of an image."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {  # noqa: RUF012 (docutils reads it from the class)
        "name": directives.unchanged,
        "class": directives.class_option,
    }

    def run(self) -> list[nodes.Node]:
        """The figure, with its caption and its label."""
        figure = nodes.figure(classes=["drawn-figure", *self.options.get("class", [])])
        self.state.nested_parse(self.content, self.content_offset, figure)
        text, messages = self.state.inline_text(self.arguments[0], self.lineno)
        figure += nodes.caption(self.arguments[0], "", *text)
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure, *messages]
