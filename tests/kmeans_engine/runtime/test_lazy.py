"""Public names are loaded when somebody asks for them, once."""

import sys

import pytest

from kmeans_engine.runtime.lazy import lazily

HOME = "value = object()\n"


def test_a_name_is_loaded_once(tmp_path, monkeypatch):
    folder = tmp_path / "lazy_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "home.py").write_text(HOME)
    monkeypatch.syspath_prepend(tmp_path)
    import lazy_package

    load = lazily("lazy_package", {"value": ".home", "sep": "os.path"})
    assert "lazy_package.home" not in sys.modules
    assert load("value") is sys.modules["lazy_package.home"].value is lazy_package.value
    assert load("sep") in ("/", "\\")
    with pytest.raises(AttributeError, match=r"^module 'lazy_package' has no attribute 'other'$"):
        load("other")
