"""A headless Chromium that opens pages, and keeps what they complain of and ask for."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from contextlib import contextmanager
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def chromium():
    """A browser; its tests are skipped where there is none, and say what is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with api.sync_playwright() as playwright:
        # Root has no sandbox; a test opens files of its own only.
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=program, args=sandbox)
        yield browser
        browser.close()


class Tab:
    """A page in the browser.

    Attributes
    ----------
    page
        Playwright's.
    complaints : list of str
        Errors and warnings of the console, and exceptions.
    requests : list of str
        Addresses that were asked for, the page's own first.
    """

    def __init__(self, page):
        self.page, self.complaints, self.requests = page, [], []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, message):
        # Software rendering is slow at reading pixels back, and says so.
        if message.type in ("error", "warning") and "GPU stall" not in message.text:
            self.complaints.append(message.text)

    def open(self, path, players=1):
        self.page.goto(path.as_uri())
        return self.ready(players)

    def ready(self, players=1):
        for number in range(players):
            player = self.page.locator(".kmeans-player").nth(number)
            player.and_(self.page.locator("[data-ready=yes], [data-ready=failed]")).wait_for()
            assert player.get_attribute("data-ready") == "yes", player.inner_text()
        return self

    @property
    def player(self):
        return self.page.locator(".kmeans-player")

    def wait(self, **data):
        """Wait until the player says so."""
        wanted = "".join(f'[data-{name}="{value}"]' for name, value in data.items())
        self.page.locator(f".kmeans-player{wanted}").first.wait_for()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def settle(self):
        """Wait for the next frames."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def pixels(self):
        """What is seen, (height, width, 3), in pixels of CSS."""
        with Image.open(io.BytesIO(self.page.screenshot(scale="css"))) as image:
            return np.array(image.convert("RGB")).astype(int)

    def saved(self, what):
        """A file that the player offers, as text."""
        if not self.page.get_by_role("button", name=what, exact=True).is_visible():
            self.page.get_by_role("button", name="Save", exact=True).click()
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=what, exact=True).click()
        self.page.keyboard.press("Escape")
        return download.value.path().read_bytes().decode("utf-8")

    def labels(self):
        """The labels in the order of the rows."""
        _, *rows = csv.reader(io.StringIO(self.saved("Labels (CSV)")))
        numbers = np.array(rows, dtype=np.int64)
        assert np.array_equal(numbers[:, 0], np.arange(len(numbers)))
        return numbers[:, 1]

    def centroids(self):
        _, *rows = csv.reader(io.StringIO(self.saved("Centroids (CSV)")))
        return np.array([[float(value) for value in row] for row in rows])

    def drawing(self):
        return Drawing(self.saved("Picture (SVG)"))


class Drawing:
    """Shapes of the picture that a player saves, in pixels of the page.

    Attributes
    ----------
    box : tuple of float
        Left, top, width and height of the plane.
    points : list of (x, y, colour)
    centroids : dict of str to (x, y)
        By what is written on them.
    """

    def __init__(self, text):
        root = ElementTree.fromstring(text)
        self.points, self.centroids, self.box = [], {}, None
        for group in root.iter(f"{SVG}g"):
            clip = group.find(f"{SVG}clipPath/{SVG}rect")
            if clip is None or self.box is not None:
                continue
            dx, dy = map(float, re.findall(r"[-\d.]+", group.get("transform", "0 0")))
            left, top, *size = (float(clip.get(a)) for a in ("x", "y", "width", "height"))
            self.box = (left + dx, top + dy, *size)
            for some in group.iter(f"{SVG}g"):
                if some.get("fill") and some.get("fill-opacity"):
                    self.points += [
                        (float(c.get("cx")) + dx, float(c.get("cy")) + dy, some.get("fill"))
                        for c in some.findall(f"{SVG}circle")
                    ]
            self._add_centroids(group, dx, dy)

    def _add_centroids(self, group, dx, dy):
        discs = [
            (float(c.get("cx")) + dx, float(c.get("cy")) + dy, float(c.get("r")))
            for c in group.iter(f"{SVG}circle")
        ]
        for text in group.iter(f"{SVG}text"):
            x, y = float(text.get("x")) + dx, float(text.get("y")) + dy
            for across, down, radius in discs:
                if abs(across - x) < 0.1 and abs(down - y) < radius:
                    self.centroids[text.text] = across, down


@contextmanager
def tab_of(chromium, *, size=(1280, 720), scheme="light", **options):
    """A new page of a browser without a network, which must not complain nor ask for anything."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        offline=True,
        accept_downloads=True,
        **options,
    )
    context.set_default_timeout(20_000)
    tab = Tab(context.new_page())
    try:
        yield tab
        assert tab.complaints == []
        asked = [url for url in tab.requests if not url.startswith(("file:", "blob:", "data:"))]
        assert asked == []
        assert len({url for url in tab.requests if url.startswith("file:")}) <= 1
    finally:
        context.close()
