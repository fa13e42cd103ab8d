"""The page "Ask about a clip": the detector of ``antispoof check`` in the browser.

``clip-data.js`` holds all that its worker needs, as text: TensorFlow.js with its
WebAssembly backend, the network in JavaScript, the weights that the library includes,
and the sentences of the answers. One script, because a page that is opened from disk
may load scripts, but no other files.
"""

import json
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path

from sphinx.application import Sphinx

from antispoof.frontends import distilled
from antispoof.inference import load_detector
from antispoof.inference.base import describe_detector
from antispoof.inference.detector import DOMAIN
from antispoof.inference.loading import PRETRAINED_DIR, WEIGHTS
from antispoof.inference.prediction import ANSWERS, EVEN, MEANING, PARTS, SUPPORT

PAGE = "book/ask_of_a_clip"
AFTER_THE_OTHERS = 850  # scripts of all pages have 800, and clip.js uses explorer.js
DATA = "clip-data.js"
VENDOR = "_vendor/tfjs"
CODE = ("tf-core.min.js", "tf-backend-wasm.min.js")


def setup(app: Sphinx) -> None:
    """Connect what the page loads, and the making of its data."""
    app.connect("html-page-context", _add_scripts)
    app.connect("build-finished", _write_data)


def clip_data(book: Path) -> str:
    """The script ``clip-data.js``.

    Parameters
    ----------
    book : folder ``book`` of the project.
    """
    detector = load_detector()
    names = [book / VENDOR / name for name in CODE]
    names += [book / "_static" / name for name in ("detector.js", "clip-worker.js")]
    files = {
        "wasm": book / VENDOR / "tfjs-backend-wasm-simd.wasm",
        "layers": distilled.WEIGHTS,
        "probe": PRETRAINED_DIR / WEIGHTS,
        "domain": PRETRAINED_DIR / DOMAIN,
    }
    data = {
        "code": [f"{path.read_text('utf-8')}\n" for path in names],
        "calibration": asdict(detector.calibration),
        "window_calibration": asdict(detector.window_calibration),
        "sentences": {
            "answers": ANSWERS,
            "meaning": MEANING,
            "parts": PARTS,
            "support": [[min(limit, 1e9), word] for limit, word in SUPPORT.items()],
            "even": EVEN,
            "about": describe_detector(detector),
        },
        **{k: b64encode(path.read_bytes()).decode() for k, path in files.items()},
    }
    return f"window.ClipData = {json.dumps(data)};\n"


def _add_scripts(app, pagename, templatename, context, doctree) -> None:
    if pagename == PAGE:
        for name in ("detector.js", "clip.js"):
            app.add_js_file(name, priority=AFTER_THE_OTHERS)
        app.add_css_file("clip.css")


def _write_data(app: Sphinx, error: Exception | None) -> None:
    if error is None and PAGE in app.env.found_docs:
        target = Path(app.outdir, "_static", DATA)
        target.write_text(clip_data(Path(app.srcdir, "book")), "utf-8")
