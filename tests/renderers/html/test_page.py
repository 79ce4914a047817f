"""The page around the payload: the policy, and text of the user that stays text."""

import base64
import hashlib
import re

import numpy as np
import pytest
from pages import ReadPage

import renderers
from kmeans_engine import Engine
from renderers.html import page

POINTS = np.array([[0.0, 0], [0, 1], [9, 9], [9, 8]])
NASTY = [
    "</script><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "a\u2028b\u2029c <!-- <script>",
    "\"'&amp;\x00\x1b\r\n]]>",
    "سلسلة 数据 हिन्दी 😀",
    "\udcff half a character",
]


def save(path, **options):
    return ReadPage(renderers.save(Engine(POINTS).fit(POINTS[[0, 2]]), path, **options))


@pytest.mark.parametrize("text", NASTY)
def test_text_of_the_user_stays_text(tmp_path, text):
    found = save(tmp_path / "run.html", title=text, names=[text, "plain"])
    plain = save(tmp_path / "plain.html", title="plain", names=["plain", "plain"])
    tags = [(name, sorted(attrs)) for name, attrs, _ in found.parsed.elements]
    assert tags == [(name, sorted(attrs)) for name, attrs, _ in plain.parsed.elements]
    whole = text.encode("utf-8", "replace").decode("utf-8")
    assert found.head["title"] == whole
    assert found.head["points"]["names"][0] == whole
    # What is printed of it is there; what is not may have become a space.
    (shown,) = found.parsed.all("title")
    assert [c for c in shown if c != " "] == [c for c in whole if c.isprintable() and c != " "]
    assert "\u2028" not in found.text


def test_policy_lets_nothing_in_but_the_player(tmp_path):
    found = save(tmp_path / "run.html")
    rules = dict(rule.split(" ", 1) for rule in found.policy.split("; "))
    assert rules["default-src"] == "'none'"
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        (code,) = [
            text
            for name, attrs, parts in found.parsed.elements
            if name == tag and "type" not in attrs
            for text in ["".join(parts)]
        ]
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert set(rules) == {
        *("default-src", "script-src", "style-src", "worker-src", "img-src"),
        *("base-uri", "form-action"),
    }
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", found.text, flags=re.DOTALL)
    assert not re.search(r"https?:|\bsrc=|\bstyle=|\bon\w+=", body)


def test_assets_can_stand_in_a_page():
    script, style = page.player()
    assert "</script" not in script.lower() and "<!--" not in script
    assert "</style" not in style.lower()
    assert "\r" not in script + style
    for code in (script, style):
        assert not re.search(r"https?://(?!www\.w3\.org/)", code)  # but names of XML


def test_the_same_run_is_the_same_page(tmp_path):
    save(tmp_path / "a.html"), save(tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
