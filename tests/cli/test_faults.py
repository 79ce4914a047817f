"""Faults forced from outside: plug-ins that fail in every way, what is told and what is left."""

import itertools
import os
import sys

import pytest
from command import SMALL, Command, files, one_line, run

from renderers import registry

PLUG_IN = """
import sys
from renderers import AtomicFile, Renderer{names}

class Own(BaseException): pass

class Mute(Exception):
    def __str__(self): raise ValueError("mute")

class Bad(Renderer):
    suffix = ".bad"
    writes = "nothing"
    {first}
    def open(self, scene): self.file = AtomicFile(self.path)
    def draw(self, moment): pass
    def close(self): self.file.commit()
    def abort(self): hasattr(self, "file") and self.file.discard()
    {last}
"""

METHODS = {
    "check": "@classmethod\n    def check(cls): {}",
    "__init__": "def __init__(self, path, options): {}",
    "open": "def open(self, scene): {}",
    "draw": "def draw(self, moment): {}",
    "close": "def close(self): {}",
}
ERRORS = {
    "raise ValueError('no such thing')": "ValueError: no such thing",
    "raise SystemExit": "SystemExit",
    "raise SystemExit('bye')": "SystemExit: bye",
    "sys.exit(0)": "SystemExit: 0",
    "raise StopIteration": "StopIteration",
    "raise GeneratorExit": "GeneratorExit",
    "raise RecursionError('too deep')": "RecursionError: too deep",
    "return Bad.check() if self is None else self.{method}(*{arguments})": "RecursionError: ",
    "raise MemoryError": "MemoryError",
    "raise Own('mine')": "Own: mine",
    "raise Exception": "Exception",
    "raise Exception('two\\nlines\\x1b[31m')": "Exception: two lines [31m",
    "raise Exception('long' * 9999)": "Exception: longlong",
    "raise Mute": "Mute",
    "raise KeyError('key')": "KeyError: 'key'",
    "raise AssertionError": "AssertionError",
    "raise BaseExceptionGroup('all', [Own(), ValueError()])": "BaseExceptionGroup: all",
}
STATUS = {"check": 2, "__init__": 2, "open": 1, "draw": 1, "close": 1}
WHO = "renderer 'bad' of bad-package 1.2"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a plug-in, `bad`; the command runs in a folder beside it."""
    site = tmp_path / "site"
    info = site / "bad_package-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-package\nVersion: 1.2\n")
    entry = "bad = bad_package:Bad"
    (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{entry}\n")
    monkeypatch.syspath_prepend(site)

    def install(last="", *, first="", names=""):
        monkeypatch.delitem(sys.modules, "bad_package", raising=False)
        source = PLUG_IN.format(last=last, first=first, names=names)
        (site / "bad_package.py").write_text(source)

    return install


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def command(capfd, folder):
    return Command(capfd)


def draw(command, *words):
    return command("--seed", 1, "--max-iterations", 1, "--render", "bad", "--overwrite", *words)


def failing(method, error):
    arguments = {"open": "(scene,)", "draw": "(moment,)"}.get(method, "()")
    if method == "__init__":
        arguments = "(path, options)"
    if method == "check":
        error = error.replace("Bad.check() if self is None else self", "cls")
    return METHODS[method].format(error.format(method=method, arguments=arguments))


@pytest.mark.parametrize(
    ("method", "error"),
    [
        *itertools.product(["draw"], ERRORS),
        *itertools.product(["check", "__init__", "open", "close"], [*ERRORS][:12:3]),
    ],
)
def test_a_plug_in_that_fails(method, error, install, command, folder):
    install(failing(method, error))
    (folder / "kmeans.bad").write_bytes(b"old")
    (folder / "kmeans.png").write_bytes(b"old")
    done = draw(command, "--render", "png", *SMALL)
    assert done.status == STATUS[method]
    words = one_line(done.err)
    assert words.startswith(f"{WHO}: {method} failed with {ERRORS[error]}")
    assert words.endswith("; set KMEANS_ENGINE_TRACEBACK=1 to see where")
    assert len(words) < 600
    assert words.isprintable()
    assert files(folder) == ["kmeans.bad", "kmeans.png"]
    assert (folder / "kmeans.bad").read_bytes() == b"old"
    # All that was drawn when one cannot be closed is finished; before, nothing is.
    assert (folder / "kmeans.png").read_bytes().startswith(b"old") == (method != "close")


@pytest.mark.parametrize("where", ["before", "after"])
def test_one_that_fails_to_close_keeps_no_film_from_being_finished(where, install, command, folder):
    install(failing("close", "raise SystemExit(0)"))
    words = ["--render", "mp4", "--render", "bad"]
    words = words if where == "before" else ["--render", "bad", "--render", "mp4"]
    done = command("--seed", 1, "--max-iterations", 1, *words, *SMALL)
    assert done.status == 1
    assert "close failed with SystemExit: 0" in one_line(done.err)
    assert files(folder) == ["kmeans.mp4"]


@pytest.mark.parametrize("error", [*ERRORS][::3])
def test_a_plug_in_that_fails_to_abort(error, install, command, folder):
    fails = failing("draw", "raise ValueError('first')")
    raises = error.format(method="abort", arguments="()")
    install(f"{fails}\n    def abort(self): self.file.discard(); {raises}")
    done = draw(command, "--render", "mp4", *SMALL)
    assert done.status == 1
    assert "draw failed with ValueError: first" in one_line(done.err)
    assert files(folder) == []


@pytest.mark.parametrize(
    ("method", "names", "error", "words"),
    [
        ("draw", "Error", "raise RenderError('no\\nink')", f"{WHO}: no ink"),
        ("check", "erUnavailable", "raise RendererUnavailable('get ink')", f"{WHO}: get ink"),
        (
            "draw",
            "Error",
            "raise OSError(28, 'No space left on device')",
            f"kmeans.bad: No space left on device ({WHO})",
        ),
        (
            "close",
            "Error",
            "open('/no/such/font')",
            f"/no/such/font: No such file or directory ({WHO})",
        ),
        ("draw", "Error", "raise OSError('all gone')", f"{WHO}: OSError: all gone"),
    ],
)
def test_a_plug_in_that_fails_as_agreed(method, names, error, words, install, command, folder):
    install(failing(method, error), names=f", Render{names}")
    done = draw(command)
    assert done.status == STATUS[method]
    assert one_line(done.err) == words
    assert files(folder) == []


@pytest.mark.parametrize("method", METHODS)
def test_a_plug_in_may_say_that_its_user_stopped_it(method, install, command, folder):
    install(failing(method, "raise KeyboardInterrupt"))
    done = draw(command)
    assert done.status == 130
    assert one_line(done.err) == "interrupted"
    assert files(folder) == []


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ("def draw(self, moment): yield", "draw failed with TypeError: it returned 'generator'"),
        (
            "async def draw(self, moment): yield",
            "draw failed with TypeError: it returned 'async_generator'",
        ),
        ("async def open(self, scene): ...", "open failed with TypeError: it returned 'coroutine'"),
        ("def draw(self): ...", "draw failed with TypeError: "),
        ("draw = 3", "draw failed with TypeError: 'int' object is not callable"),
        ("def check(self): ...", "check failed with TypeError: "),
        ("def __init__(self, path): ...", "__init__ failed with TypeError: "),
        (
            "def __init__(self, path, options): ...",
            "__init__ failed with TypeError: it did not call super().__init__(path, options)",
        ),
        ("def __new__(cls, *_): return 3", "__init__ failed with TypeError: it did not call"),
        (
            "def close(self): self.file.discard()",
            "close failed with RuntimeError: it returned without writing kmeans.bad",
        ),
        (
            "def __init__(self, *both): super().__init__(*both); self.path = 'x'",
            "__init__ failed with ValueError: its path is 'x'; it must be ",
        ),
        (
            "def draw(self, moment): return 1 / 0\n"
            "    def drive(self, job):\n"
            "        try: job()\n"
            "        except BaseException: pass",
            "draw failed with ZeroDivisionError",
        ),
        ("note = 3", "close failed with TypeError: its note is 3; it must be a string"),
        ("def drive(self, job): ...", "drive did not run its job"),
        ("def drive(self, job): sys.exit()", "drive failed with SystemExit"),
        ("def drive(self, job): job(); sys.exit(0)", "drive failed with SystemExit: 0"),
    ],
)
def test_a_plug_in_that_is_not_as_agreed(last, words, install, command, folder):
    install(last)
    done = draw(command)
    assert done.status == (2 if words.startswith(("check", "__init__")) else 1)
    assert one_line(done.err).startswith(f"{WHO}: {words}")
    assert set(files(folder)) <= {"kmeans.bad"}  # complete by then, in some


@pytest.mark.parametrize("returned", ["'a string'", "None", "b'frame'", "[1, 2]", "NotImplemented"])
def test_what_a_plug_in_returns_means_nothing(returned, install, command, folder):
    install(
        f"def draw(self, moment): return {returned}\n"
        f"    def open(self, scene): self.file = AtomicFile(self.path); return {returned}"
    )
    done = draw(command)
    assert done.status == 0, done.err
    assert files(folder) == ["kmeans.bad"]


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ("fits = True", "Bad.fits was replaced by honours"),
        ("honours = 'fps'", "Bad.honours is 'fps'; it must be a set of options"),
        ("honours = None", "Bad.honours is None; it must be a set of options"),
        ("honours = {'fps', 3}", "Bad.honours names 3; known are smooth, "),
        ("suffix = 3", "Bad.suffix is 3; it must be like '.png' or None"),
        ("suffix = 'bad'", "Bad.suffix is 'bad'; it must be like '.png' or None"),
        ("suffix = './a'", "Bad.suffix is './a'; it must be like '.png' or None"),
        ("writes = None", "Bad.writes is None; it must be a line of text"),
        ("default_size = '640x480'", "Bad.default_size is '640x480'; it must be like (640, 480)"),
        ("default_size = (0, 480)", "Bad.default_size is (0, 480); it must be like (640, 480)"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise Own", "Own"),
        ("raise Mute", "Mute"),
    ],
)
def test_a_plug_in_that_cannot_be_loaded(last, words, install, command, folder):
    install(last)
    done = draw(command)
    assert done.status == 2
    said = one_line(done.err)
    assert said.startswith(f"{WHO} cannot be loaded: ")
    assert words in said
    assert said.endswith("; upgrade or uninstall bad-package")
    listed = command.ok("--list-renderers").out
    assert words in next(line for line in listed.splitlines() if line.startswith("bad "))
    assert "mp4" in listed
    assert files(folder) == []


@pytest.mark.parametrize("value", ["", "a b", ":Bad", "bad_package:Bad:x"])
def test_an_entry_point_that_is_none(value, install, command, tmp_path):
    install()
    entry = tmp_path / "site/bad_package-1.2.dist-info/entry_points.txt"
    entry.write_text(f"[{registry.GROUP}]\nbad = {value}\n")
    done = draw(command)
    assert done.status == 2
    assert one_line(done.err) == (
        f"{WHO} cannot be loaded: its entry point {value!r} is not like 'module:Class'; upgrade or "
        "uninstall bad-package"
    )


@pytest.mark.parametrize("metadata", [None, "", "Version: 1.2\n"])
def test_a_package_without_a_name(metadata, install, command, tmp_path):
    install("draw = 3")
    path = tmp_path / "site/bad_package-1.2.dist-info/METADATA"
    path.unlink() if metadata is None else path.write_text(metadata)
    done = draw(command)
    assert done.status == 1
    assert one_line(done.err).startswith("renderer 'bad' of a nameless package: draw failed with")
    install("honours = 3")
    done = draw(command)
    assert one_line(done.err).endswith("; upgrade or uninstall what provides 'bad_package:Bad'")


@pytest.mark.parametrize("asked", ["1", ""])
def test_its_author_can_ask_where(asked, install, command, monkeypatch):
    monkeypatch.setenv("KMEANS_ENGINE_TRACEBACK", asked)
    install(failing("draw", "raise ValueError('here')"))
    done = draw(command)
    assert done.status == 1
    *before, said = done.err.splitlines()
    assert said.startswith(f"kmeans-engine: {WHO}: draw failed with ValueError: here")
    told = "\n".join(before)
    assert ('bad_package.py", line' in told) == bool(asked)
    assert bool(told) == bool(asked)


@pytest.mark.slow
def test_a_process_of_its_own_ends_with_the_same_status(install, folder, tmp_path):
    install(failing("draw", "sys.exit(0)"))
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), *sys.path])}
    done = run("--seed", 1, "--render", "bad", cwd=folder, env=env)
    assert done.status == 1
    assert "draw failed with SystemExit: 0" in one_line(done.err)


@pytest.mark.slow
@pytest.mark.parametrize("value", ["0", "-1", "abc", "1.5", "\u0661", "9" * 5000])
@pytest.mark.parametrize("words", [("--seed", 1), ("--list-renderers",), ("-o", "a.png")])
def test_a_number_of_threads_that_is_none(value, words, tmp_path):
    done = run(*words, cwd=tmp_path, env={"NUMBA_NUM_THREADS": value})
    assert done.status == 2
    assert done.out == ""
    assert one_line(done.err) == (
        f"NUMBA_NUM_THREADS={value} is not a whole number of at least 1: correct the environment "
        "variable, or unset it"
    )


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", " ", " 2 ", "99999"])
def test_a_number_of_threads_that_is_one(value, tmp_path):
    done = run("--seed", 1, "--quiet", cwd=tmp_path, env={"NUMBA_NUM_THREADS": value})
    assert (done.status, done.out, done.err) == (0, "", "")
