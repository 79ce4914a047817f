"""The site that `make docs` builds: without a warning, whole, and readable without a network."""

import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from command import ROOT

import cli

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    words = (ROOT / "Makefile").read_text("utf-8").split("\ndocs: ")[1].splitlines()[1].split()
    assert words[:3] == ["$(RUN)", "-m", "sphinx"]
    assert words[-2:] == ["docs", "site"]
    command = [sys.executable, *words[1:-1], str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


class Page(HTMLParser):
    """What a page links to, what it loads, its anchors and its words."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loads, self.anchors, self.words = [], [], {""}, []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors.add(attrs.get("id"))
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        elif "src" in attrs:
            self.loads.append(attrs["src"])
        elif tag == "link" and attrs.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            self.loads.append(attrs["href"])

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html")}


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(pages):
    assert len(pages) > 20
    for path, page in pages.items():
        for address in page.links + page.loads:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                assert address not in page.loads, (path, address)
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), (path, address)
            if target in pages:
                assert parts.fragment in pages[target].anchors, (path, address)


def test_styles_load_nothing_from_elsewhere(site):
    for path in site.rglob("*.css"):
        assert "url(http" not in path.read_text("utf-8").replace('"', ""), path


def test_command_page_has_every_option_with_its_help(site, pages):
    said = "".join("".join(pages[site / "command.html"].words).split())
    for action in cli.build_parser()._actions:
        for words in (*action.option_strings, (action.help or "").replace("%%", "%")):
            assert "".join(words.split()) in said, words


def test_api_page_shows_docstrings(site, pages):
    from kmeans_engine import Engine

    said = " ".join("".join(pages[site / "api.html"].words).split())
    assert " ".join(Engine.__doc__.split("\n")[0].split()) in said
    assert "Whether the centroids equal those of the snapshot before, which ends the run." in said


def test_search_finds_what_pages_say(site):
    index = (site / "searchindex.js").read_text("utf-8")
    for word in ("silhouett", "libxcb", "drop-miss", "snapshot"):
        assert word in index, word
