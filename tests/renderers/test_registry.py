import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from renderers import Options, Renderer, RendererBroken, UnknownRenderer, registry
from renderers.stage.window import Window

ROOT = Path(__file__).parents[2]
GOOD = """
from renderers import Renderer

class Good(Renderer):
    suffix = ".txt"
    writes = "words"
    def open(self, scene): pass
    def draw(self, moment): pass
    def close(self): pass
    def abort(self): pass
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a package with one module and one entry point."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(package: str, entry: str, source: str) -> None:
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{module}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{entry}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def row(name: str, origin: str = "") -> registry.Description:
    (found,) = [r for r in registry.describe_all() if r.name == name and origin in r.origin]
    return found


@pytest.mark.parametrize(("name", "suffix"), [("mp4", ".mp4"), ("gif", ".gif"), ("live", None)])
def test_built_in(name, suffix):
    renderer = registry.load(name)
    assert issubclass(renderer, Renderer)
    assert renderer.suffix == suffix
    assert renderer.writes
    assert name in registry.names()
    assert row(name).origin == "built-in"
    assert row(name).writes == renderer.writes


def test_table_tells_the_suffix_that_the_class_writes():
    for suffix in registry.suffixes():
        assert registry.load(registry.by_suffix(f"run{suffix}")).suffix == suffix


@pytest.mark.parametrize(
    ("path", "name"), [("a/b.mp4", "mp4"), ("B.GIF", "gif"), ("x.mov", None), ("gif", None)]
)
def test_by_suffix(path, name):
    assert registry.by_suffix(path) == name


def test_one_built_in_opens_a_window():
    assert isinstance(registry.load(registry.window())(None, Options()), Window)


def test_unknown_name():
    with pytest.raises(UnknownRenderer, match=r"no renderer 'mp3'; did you mean mp4"):
        registry.load("mp3")
    with pytest.raises(UnknownRenderer, match=r"'zzzzz'; choose from live, mp4, webm, gif"):
        registry.load("zzzzz")


def test_plug_in(install):
    install("good-package", "good = good_package:Good", GOOD)
    assert "good" in registry.names()
    assert "good_package" not in sys.modules
    assert registry.load("good").writes == "words"
    assert row("good") == registry.Description("good", "words", "good-package 1.2", "")
    assert registry.by_suffix("a.txt") is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def f(:", "SyntaxError: "),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise SystemExit", "SystemExit"),
        ("", "AttributeError: "),
        ("Bad = 3", "TypeError: 3 is not a subclass of renderers.Renderer"),
        ("class Bad: pass", "is not a subclass of renderers.Renderer"),
        (
            "from renderers import Renderer\nclass Bad(Renderer):\n  def draw(self, moment): ...",
            "TypeError: Bad lacks abort, close, open",
        ),
        (GOOD.replace("Good", "Bad").replace('".txt"', '"txt"'), "Bad.suffix is 'txt'"),
        (
            GOOD.replace("Good", "Bad") + "    fits = True\n",
            "Bad.fits was replaced by honours, the set of the options that it uses: write honours "
            "= Renderer.honours | {'max_size'} for fits = True, and leave out fits = False",
        ),
        (
            GOOD.replace("Good", "Bad") + "    honours = {'fps', 'speed'}\n",
            "Bad.honours names 'speed'; known are smooth, phases, ",
        ),
    ],
)
def test_broken_plug_in(install, source, reason):
    install("bad-package", "bad = bad_package:Bad", source)
    install("good-package", "good = good_package:Good", GOOD)
    with pytest.raises(RendererBroken) as caught:
        registry.load("bad")
    assert str(caught.value).startswith("renderer 'bad' of bad-package 1.2 cannot be loaded: ")
    assert reason in str(caught.value)
    assert str(caught.value).endswith("; upgrade or uninstall bad-package")
    assert "\n" not in str(caught.value)
    assert row("bad").problem == str(caught.value)
    assert row("good").problem == ""


def test_interrupt_is_no_broken_plug_in(install):
    install("bad-package", "bad = bad_package:Bad", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        registry.load("bad")


@pytest.mark.parametrize("error", ["ValueError", "SystemExit", "MemoryError"])
def test_check_that_fails_is_told(install, error):
    check = f"    @classmethod\n    def check(cls): raise {error}('no\\n display')\n"
    install("good-package", "good = good_package:Good", GOOD + check)
    assert row("good").writes == "words"
    assert "no display" in row("good").problem


def test_built_in_wins(install):
    install("bad-package", "mp4 = bad_package:Bad", "1 / 0")
    assert registry.load("mp4").__module__ == "renderers.films.mp4"
    assert registry.names().count("mp4") == 1
    assert row("mp4", "bad-package").problem == "hidden by the built-in of the same name"


def test_two_plug_ins_of_one_name(install):
    install("good-package", "good = good_package:Good", GOOD)
    install("other-package", "good = other_package:Good", GOOD)
    rows = [r for r in registry.describe_all() if r.name == "good"]
    assert [r.problem == "" for r in rows] == [True, False]
    assert rows[1].problem == f"hidden by that of {rows[0].origin} of the same name"
    assert registry.load("good").__module__ == rows[0].origin.split()[0].replace("-", "_")


def test_broken_built_in(monkeypatch):
    monkeypatch.setitem(sys.modules, "renderers.live", None)
    with pytest.raises(RendererBroken, match=r"pip install --upgrade 'kmeans-engine\[live\]'$"):
        registry.load("live")


def test_imports_only_what_is_asked_for():
    code = """
import sys
import renderers
from renderers import Renderer, registry, save
assert {"live", "mp4", "gif"} <= set(registry.names())
def loaded(*names): return [name for name in names if name in sys.modules]
heavy = "numba", "matplotlib", "pyarrow", "imageio_ffmpeg", "PIL", "pandas"
assert not loaded(*heavy), loaded(*heavy)
registry.load("gif")
unwanted = (*heavy, "renderers.films.mp4", "renderers.live")
assert not loaded(*unwanted), loaded(*unwanted)
from renderers import outputs
assert not loaded("numba", "matplotlib", "pyarrow"), loaded(*heavy)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize(
    "error", [PackageNotFoundError(), FileNotFoundError("METADATA"), KeyError("Name")]
)
def test_a_package_whose_metadata_cannot_be_read(install, monkeypatch, error):
    # What the backport of importlib.metadata hands out raises where the original has nothing.
    class Package:
        @property
        def metadata(self):
            raise error

    install("good-package", "good = good_package:Good", GOOD)
    kind = type(registry._plug_ins()[-1])  # that of the backport, where it is imported
    monkeypatch.setattr(kind, "dist", property(lambda _: Package()))
    assert row("good").origin == "a nameless package"
