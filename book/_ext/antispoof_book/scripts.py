"""What a page loads: nothing twice, nothing unused, nothing from the network.

Jupyter Book and the theme put more on every page than this book uses, and declare some
scripts twice, which browsers report as errors. MathJax comes from
``book/_static/vendor`` (see ``mathjax_path`` in ``_config.yml``).
"""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

LAST = 900  # after every extension has added its scripts
UNUSED = "sphinx_thebe"  # runs cells through a server on the network
# Files of the theme that no page loads: 3.5 MB.
UNUSED_FILES = ("**/*.map", "vendor/fontawesome/*/js/*", "vendor/**/*.ttf")

# Icons are drawn by the theme's font. The script would draw them again, from half a
# megabyte, and the preloads would fetch styles of icons that no page shows.
ICON_SCRIPT = re.compile(
    r'<script src="[^"]*/fontawesome/[^"]*"></script>\s*'
    r'|<link rel="preload" as="font"[^>]*/fontawesome/[^>]*/>\s*'
)


def setup(app: Sphinx) -> None:
    """Connect what removes scripts."""
    app.connect("config-inited", _disconnect_unused)
    app.connect("html-page-context", _select_files, LAST)
    app.connect("build-finished", _delete_unused)


def _disconnect_unused(app: Sphinx, config: Config) -> None:
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler.__module__ == UNUSED:
                app.disconnect(listener.id)


def _delete_unused(app: Sphinx, error: Exception | None) -> None:
    for pattern in UNUSED_FILES:
        for path in Path(app.outdir, "_static").glob(pattern):
            path.unlink()


def _select_files(app, pagename, templatename, context, doctree) -> None:
    """Scripts in their order, each once, MathJax only where there is an equation."""
    # Sphinx itself adds it to the first page, too, if a page below has an equation.
    has_math = app.env.get_domain("math").data["has_equations"].get(pagename)
    scripts = {}
    for file in context["script_files"]:
        filename, body = str(file.filename or ""), file.attributes.get("body", "")
        maths = filename.endswith(app.config.mathjax_path)
        if has_math or not (maths or body.startswith("window.MathJax")):
            scripts.setdefault((filename, body), file)
    context["script_files"] = list(scripts.values())
    styles = context["css_files"]
    context["css_files"] = [f for f in styles if "sphinx-thebe" not in str(f.filename)]
    context["drop_icon_script"] = lambda head: ICON_SCRIPT.sub("", head)
