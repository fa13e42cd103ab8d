"""How much has to be fetched.

1. The first page with all it loads, compressed as servers do: at most 500 KB.
2. The whole site: at most 25 MB; and 9 MB of weights and code, which one page loads
   when a clip is given.
"""

import gzip
from urllib.parse import unquote, urlsplit

from site_files import FIRST, HTML

KB, MB = 1000, 1_000_000


def test_the_first_page(visit, address):
    with visit(f"{address}/{FIRST}") as opened:
        requests = {url for url in opened.requests if url.startswith(address)}
    paths = {urlsplit(url).path.lstrip("/") for url in requests}
    files = [HTML / unquote(path) for path in paths]
    weights = {path.name: len(gzip.compress(path.read_bytes())) for path in files}
    assert sum(weights.values()) <= 500 * KB, weights


def test_the_whole_site():
    of_clip = (HTML / "_static" / "clip-data.js").stat().st_size
    everything = sum(p.stat().st_size for p in HTML.rglob("*") if p.is_file())
    assert of_clip <= 9 * MB
    assert everything - of_clip <= 25 * MB
