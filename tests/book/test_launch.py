"""Buttons and links that open, fetch or edit files of the repository.

1. Every chapter offers: Colab, Kaggle, edit, the clean notebook, its source, its run.
2. Each of these, and every link into the repository on any page, names a file or
   folder that the tree holds.
3. What is downloaded is the tree's file, byte for byte; the run is the one shown.
"""

import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from site_files import HTML, ROOT, chapters, names, page

from antispoof_book import notebook, repository

ADDRESS = repository.address(ROOT)
NAME = urlsplit(ADDRESS).path.strip("/")
COLAB, KAGGLE = "colab.research.google.com", "www.kaggle.com"


@pytest.fixture(scope="session")
def tree():
    """Files that the repository holds, and their folders."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = set(subprocess.check_output(command, cwd=ROOT, text=True).splitlines())
    return files | {str(folder) for file in files for folder in Path(file).parents}


def in_tree(url):
    """(verb, path) of a link into the repository, None for any other link."""
    parts = urlsplit(url)
    if parts.netloc == KAGGLE and parts.path == "/kernels/welcome":
        verb, path = in_tree(parse_qs(parts.query)["src"][0])
        return f"kaggle {verb}", path
    where = parts.path.strip("/").removeprefix("github/")
    verb = "colab " if parts.netloc == COLAB else ""
    if not verb and not url.startswith(ADDRESS):
        return None
    if where == NAME or where.startswith(f"{NAME}/issues"):
        return None
    owner, name, kind, branch, *path = where.split("/")
    assert (f"{owner}/{name}", branch) == (NAME, repository.BRANCH)
    return verb + kind, "/".join(path)


def links(name):
    targets = [tag["href"] for tag in page(name).soup.find_all("a", href=True)]
    return [target for target in map(in_tree, targets) if target]


@pytest.mark.parametrize("name", names())
def test_links_into_the_repository(tree, name):
    assert [target for target in links(name) if target[1] not in tree] == []


@pytest.mark.parametrize("name", chapters())
def test_what_a_chapter_offers(name):
    stem = name.removesuffix(".html")
    opened = {(f"{where} blob", f"{stem}.ipynb") for where in ("colab", "kaggle")}
    assert opened | {("edit", f"{stem}.py")} <= set(links(name))
    files = [page(name).resolve(address) for address in page(name).addresses()]
    offered = {file[0] for file in files if file}
    downloads = {
        HTML / "_sources" / f"{stem}.ipynb": ROOT / f"{stem}.ipynb",
        HTML / "_sources" / f"{stem}.py": ROOT / f"{stem}.py",
        HTML / "_executed" / f"{Path(stem).name}.ipynb": notebook.run_path(ROOT, stem),
    }
    assert downloads.keys() <= offered
    for copy, original in downloads.items():
        assert copy.read_bytes() == original.read_bytes()
