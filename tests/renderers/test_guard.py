"""What becomes of what renderers raise, from Python; by the command in `cli/test_faults.py`."""

import errno

import pytest

from renderers import InvalidOption, Options, Renderer, RenderError, RendererUnavailable, Scene
from renderers.guard import call, drive, give_up, introduce, make
from renderers.outputs import Output
from renderers.stage.play import play
from renderers.stage.start import engage


class Failing(Renderer):
    """Raises what it was given, whatever is called, and counts how often it was aborted."""

    error: BaseException | None = None
    aborted = 0

    def _act(self, *_: object) -> None:
        if self.error is not None:
            raise self.error

    open = draw = close = _act

    def abort(self) -> None:
        self.aborted += 1
        self._act()


def failing(error, *, plug_in=True, path=None):
    kind = type("Bad", (Failing,), {})
    introduce(kind, "renderer 'bad' of bad 1.0", plug_in=plug_in)
    renderer = kind(path, Options())
    renderer.error = error
    return renderer


@pytest.mark.parametrize("plug_in", [True, False])
def test_the_cause_is_chained(plug_in):
    cause = ZeroDivisionError("division by zero")
    with pytest.raises(RenderError, match=r"renderer 'bad' of bad 1\.0: draw failed") as caught:
        call(failing(cause, plug_in=plug_in), "draw", None)
    assert caught.value.__cause__ is cause


@pytest.mark.parametrize("error", [SystemExit(0), GeneratorExit(), MemoryError()])
def test_what_a_built_in_raises_besides_is_not_its_own(error):
    with pytest.raises(type(error)) as caught:
        call(failing(error, plug_in=False), "draw", None)
    assert caught.value is error


def test_an_option_stays_an_option():
    error = InvalidOption("dpi=9 is too coarse", option="dpi")
    with pytest.raises(InvalidOption, match=r"^dpi=9 .*\(renderer 'bad' of bad 1.0\)$") as caught:
        call(failing(error), "open", None)
    assert caught.value.option == "dpi"


def test_what_is_missing_stays_missing():
    with pytest.raises(RendererUnavailable, match=r"renderer 'bad' of bad 1\.0: no ink"):
        call(failing(RendererUnavailable("no ink")), "open", None)


@pytest.mark.parametrize(("plug_in", "by"), [(False, ""), (True, " (renderer 'bad' of bad 1.0)")])
@pytest.mark.parametrize("hidden", [(), (".kmeans-0123456789abcdef-1-2.bad",)])
def test_a_full_disk_is_told_with_the_file(plug_in, by, hidden, tmp_path):
    path = tmp_path / "a.bad"
    error = OSError(errno.ENOSPC, "No space left on device", *hidden)
    with pytest.raises(OSError, match="No space left") as caught:
        call(failing(error, plug_in=plug_in, path=path), "draw", None)
    told = caught.value
    assert (told.errno, told.filename) == (errno.ENOSPC, str(path))
    assert told.strerror == f"No space left on device{by}"


def test_what_the_job_raises_is_not_the_renderers():
    error = ValueError("of the job")

    def job():
        raise error

    with pytest.raises(ValueError, match="of the job") as caught:
        drive(failing(None), job)
    assert caught.value is error


def test_those_that_were_made_are_aborted_when_another_cannot_be(tmp_path):
    made = []

    class Good(Failing):
        def __init__(self, path, options):
            super().__init__(path, options)
            made.append(self)

    class Bad(Failing):
        def __init__(self, path, options):
            raise IndexError("no")

    with pytest.raises(RenderError, match="renderer Bad: __init__ failed with IndexError: no"):
        engage([Output("good", Good, None), Output("bad", Bad, None)], {})
    assert [one.aborted for one in made] == [1]


def test_one_that_cannot_be_aborted_is_noted_and_stops_no_other():
    three = [failing(SystemExit("stuck")), failing(KeyboardInterrupt()), failing(None)]
    failure = ValueError("first")
    with pytest.raises(KeyboardInterrupt):
        give_up(three, failure)
    assert [one.aborted for one in three] == [1, 1, 1]
    (note,) = failure.__notes__
    assert note.startswith("renderer 'bad' of bad 1.0: abort failed with SystemExit: stuck")


def test_the_first_failure_counts():
    with pytest.raises(RenderError, match="open failed with KeyError"):
        play([], Scene(()), [failing(KeyError(1)), failing(SystemExit())])


def test_a_renderer_is_made_with_its_path(tmp_path):
    assert make(Failing, tmp_path / "a", Options()).path == tmp_path / "a"
