"""What a live window shows and does, without a toolkit: commands, runs, saves, the status line."""

from __future__ import annotations

import functools
import queue
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from renderers.contract import Options, Renderer
from renderers.errors import RenderError
from renderers.live.commands import NOT_MOVABLE, ChoiceUnavailable, Command, Commands, Start
from renderers.live.hand import Hand
from renderers.live.painting import Frame, Look, PaintThread
from renderers.live.player import Player
from renderers.live.report import Report
from renderers.live.runs import Runs, this_run
from renderers.live.saving import Saves
from renderers.live.seen import Seen
from renderers.scene import Moment, Scene

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Session"]

MESSAGE_SECONDS = 6.0
BUSY_SECONDS = 0.5  # without a picture before the status line says that it is being computed
SPEEDS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
SIDE_BY_SIDE = "runs side by side start as they were given; show one of them to move it"
HINT = "space pause · ← → step · drag a centroid · h all keys"


class Seat(Renderer):
    """The renderer that the jobs of a window play to."""

    def __init__(self, session: Session, options: Options) -> None:
        super().__init__(None, options)
        self._session = session

    def open(self, scene: Scene) -> None:
        """See `Renderer.open`."""
        self._session.open(scene)

    def draw(self, moment: Moment) -> None:
        """See `Renderer.draw`."""
        self._session.draw(moment)

    def close(self) -> None:
        """See `Renderer.close`."""
        self._session.finish(failed=False)

    def abort(self) -> None:
        """See `Renderer.abort`."""
        self._session.finish(failed=True)


class Session:
    """Everything that happens between the opening of a window and its end.

    `open`, `draw` and `finish` belong to the thread of a job; `post` may be called from any;
    everything else belongs to the window's thread, and never waits for another.

    Parameters
    ----------
    options : Options
        Of the picture, and of the films that are saved.
    commands : Commands
        What the caller supplies.
    notify : callable or None
        Gets each message as well: the terminal's.
    clock : callable
        Returns the time in seconds.
    painting : PaintThread, optional
        Made here unless given.

    Attributes
    ----------
    closed : bool
        The window is to be closed.
    frame : Frame or None
        The newest picture.
    hand : Hand
        What the mouse does to the centroids.
    helping : bool
        Whether the keys are explained.
    options : Options
        As given.
    """

    def __init__(
        self,
        options: Options,
        commands: Commands,
        notify: Callable[[str], None] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        painting: PaintThread | None = None,
    ) -> None:
        self.closed = False
        self.frame: Frame | None = None
        self.hand = Hand()
        self.helping = False
        self.options = options
        self._commands = commands
        self._seat = Seat(self, options)
        self._notify = notify
        self._clock = clock
        self._painting = painting or PaintThread(options)
        self._posted: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._runs = Runs(clock)
        self._saves = Saves(self._runs)
        self._save_wanted: Command | None = None  # before there was a picture
        self._seen = Seen(options.overlays)
        self._k: int | None = None  # if another one is chosen
        self._init: str | None = None  # if another one is chosen
        self._placing = 1  # how many centroids, while they are placed
        self._busy_since: float | None = None
        self._message = ""
        self._until = 0.0
        self.say(HINT, notify=False)

    # The thread of a job.

    def open(self, scene: Scene) -> None:
        """See `Renderer.open`."""
        run = this_run()
        if run is None:
            raise RenderError("a window was opened outside its job; call drive(job) to show it")
        run.scene = scene

    def draw(self, moment: Moment) -> None:
        """See `Renderer.draw`; wait while the run is a few states ahead of the window."""
        run = this_run()
        if run is None or run.scene is None:
            raise RenderError("a moment was drawn in a window without a scene; call open first")
        run.player.add(moment)

    def finish(self, *, failed: bool) -> None:
        """See `Renderer.close` and `Renderer.abort`."""
        run = this_run()
        if run is not None:
            run.player.finish(failed=failed)

    # The thread of the window.

    def post(self, command: Command) -> None:
        """Have a command done at the next tick."""
        self._posted.put(command)

    def start(self, job: Callable[[], None], *, must_finish: bool = False) -> None:
        """Run `job` in a thread, and show it from its first moment on.

        Parameters
        ----------
        job : callable
            Plays a run to the renderer.
        must_finish : bool
            Let it run at full speed, and to its end even if nobody looks any more.
        """
        self._runs.start(job, must_finish=must_finish)

    def tick(self, size: tuple[int, int]) -> None:
        """Do what was asked for and look what is due, for a picture of this size in pixels."""
        while not self._posted.empty():
            self._do(self._posted.get())
        if said := self._saves.look_after():
            self.say(said)
        failure = self._runs.look_after()
        if self._runs.first is not None and self._runs.first.error is not None:
            self.closed = True  # `end` raises it
        elif failure is not None:
            self.say(f"the run failed: {failure}")
        shown, look = self._runs.shown, None
        if shown is not None and shown.scene is not None:
            if self._save_wanted is not None:
                command, self._save_wanted = self._save_wanted, None
                self._start_save(command)
            moment, look = shown.player.current(), self._seen.look(shown.scene, size)
            if moment is not None:
                self._painting.want(shown.scene, moment, look, shown.player.between)
        frame = self._painting.frame
        if frame is not None and frame is not self.frame:
            self.frame = frame
            if shown is not None and frame.asked is shown.scene:
                shown.player.shown(frame.moment)
        if self._is_busy(look):
            self._busy_since = self._busy_since or self._clock()
        else:
            self._busy_since = None

    @property
    def expecting(self) -> bool:
        """Whether another picture is due soon."""
        player, frame = self.player, self.frame
        if player is None or player.playing or frame is None:
            return True
        return frame.moment is not player.current()

    @property
    def player(self) -> Player | None:
        """The run on display; None before the first picture."""
        return None if self._runs.shown is None else self._runs.shown.player

    @property
    def _scene(self) -> Scene | None:
        return None if self._runs.shown is None else self._runs.shown.scene

    @property
    def k(self) -> int:
        """Number of clusters of the run that comes next."""
        if self.hand.placing:
            return self._placing
        scene = self._scene
        return self._k or (scene.panels[0].k if scene is not None and scene.panels else 1)

    @property
    def init(self) -> str:
        """Method of drawing the centroids of the run that comes next."""
        return self._init or self._commands.inits[0]

    @property
    def message(self) -> str:
        """What the user should read now; empty if there is nothing to say."""
        now = self._clock()
        if self.hand.placing:
            left = self.k - len(self.hand.placed)
            return f"click to place {left} more of {self.k} centroids · [ ] fewer, more · esc"
        if now < self._until:
            return self._message
        if self._busy_since is not None and now - self._busy_since > BUSY_SECONDS:
            return "computing ..."
        return ""

    @property
    def status(self) -> str:
        """One line for a window without controls; empty if there is nothing to say."""
        if self.message:
            return self.message
        if self._saves.current is not None:
            return f"saving {self._saves.current.path}: {self._saves.current.moments} frames"
        return "" if self.player is None or self.player.playing else "paused"

    @property
    def report(self) -> Report:
        """What the controls show."""
        player, save = self.player, self._saves.current
        if player is None:
            return Report(speed=self._runs.speed)
        return Report(
            playing=player.playing,
            finished=player.finished,
            state=player.state,
            states=player.states,
            speed=player.speed,
            saving=save is not None,
            saved=save.fraction if save is not None else None,
        )

    def seek(self, state: int) -> None:
        """Pause at a state of the run on display."""
        if self.player is not None:
            self.player.seek(state)

    @property
    def movable(self) -> bool:
        """Whether a run can be started from other centroids."""
        scene = self._scene
        single = scene is not None and len(scene.panels) == 1
        return single and self._commands.restart is not None

    def start_from(self, centroids: NDArray[np.float64]) -> None:
        """Ask for a run from these centroids."""
        scene = self._scene
        if scene is not None and len(scene.panels) > 1:
            self.say(SIDE_BY_SIDE)
        else:
            self._k = len(centroids)
            self._restart(Start(centroids=centroids))

    def say(self, message: str, *, notify: bool = True) -> None:
        """Show a message for a while, and hand it to the terminal."""
        self._message, self._until = message, self._clock() + MESSAGE_SECONDS
        if notify and self._notify is not None:
            self._notify(message)

    def end(self) -> None:
        """Stop what was only for the window, and wait for the run that must finish.

        Raises
        ------
        BaseException
            What the first job raised.
        """
        self._stop()
        first = self._runs.first
        if first is None:
            return
        if first.must_finish:
            while first.thread.is_alive():  # Windows delivers Ctrl-C only between waits
                first.thread.join(0.2)
        if first.error is not None:
            raise first.error

    def abandon(self, seconds: float = 10.0) -> None:
        """Stop everything, files as well; wait up to `seconds` for them to be cleaned up."""
        self._stop()
        self._runs.stop(seconds)

    def _stop(self) -> None:
        self.closed = True
        self._runs.let_go()
        self._saves.cancel(10.0)
        # A thread that dies inside the toolkits' C++ when Python ends takes the exit status along.
        self._painting.stop(2.0)

    def _do(self, command: Command) -> None:
        match command:
            case "exit":
                self.closed = True
            case "help":
                self.helping = not self.helping
            case "cancel":
                self._cancel()
            case "new clusters":
                self._restart(Start(new_points=True, k=self._k, init=self._init))
            case "new centroids":
                self._restart(Start(k=self._k, init=self._init))
            case "next init":
                inits = self._commands.inits
                at = (inits.index(self.init) + 1) % len(inits)
                self._choose(self._k, inits[at] if at else None)
            case "more clusters" | "fewer clusters":
                self._change_k(1 if command == "more clusters" else -1)
            case "place":
                self._begin_placing()
            case "numbers" | "trails" | "borders" | "changes" | "curve" | "sizes":
                self.say(self._seen.toggle(command, self.frame), notify=False)
            case "next projection" | "previous projection":
                if self._scene is not None:
                    by = 1 if command == "next projection" else -1
                    self.say(self._seen.turn(by, self._scene), notify=False)
            case "save" | "save gif" | "save picture":
                self._start_save(command)
            case "faster" | "slower":
                self._change_speed(1 if command == "faster" else -1)
            case "pause" | "back" | "forward" | "first" | "last":
                if self.player is not None:
                    self._move(self.player, command)
            case _:
                assert_never(command)

    def _move(self, player: Player, command: Command) -> None:
        match command:
            case "pause":
                player.toggle()
            case "back" | "forward":
                player.step(1 if command == "forward" else -1)
            case "first":
                player.seek(0)
            case "last":
                player.to_end()

    def _cancel(self) -> None:
        if self.helping:
            self.helping = False
        elif not self.hand.cancel():
            self._saves.cancel(0.0)

    def _restart(self, start: Start) -> None:
        self.hand.cancel()
        try:
            self._runs.waiting = self._job(start)
        except ChoiceUnavailable as error:
            self.say(str(error))

    def _job(self, start: Start) -> Callable[[], None]:
        return functools.partial(self._commands.job(start), self._seat)

    def _choose(self, k: int | None, init: str | None) -> None:
        """Start anew with another number of clusters or another method; keep them if possible."""
        before = self._k, self._init
        self._k, self._init = k, init
        try:
            self._runs.waiting = self._job(Start(k=k, init=init))
            self.say(f"K {self.k} · {self.init} start", notify=False)
        except ChoiceUnavailable as error:
            self._k, self._init = before
            self.say(str(error))

    def _begin_placing(self) -> None:
        """Begin to place centroids, or leave off; say so where that is of no use."""
        self._placing = self.k
        if self.movable or self.hand.placing:
            self.hand.toggle_placing()
        elif self._commands.restart is None:
            self.say(NOT_MOVABLE)
        elif self.player is not None:
            self.say(SIDE_BY_SIDE)

    def _change_k(self, by: int) -> None:
        k = max(1, self.k + by)
        if self.hand.placing:
            self._placing = max(k, len(self.hand.placed) + 1)
        elif k != self.k:
            self._choose(k, self._init)

    def _change_speed(self, by: int) -> None:
        at = SPEEDS.index(self._runs.speed)
        self._runs.speed = SPEEDS[min(max(at + by, 0), len(SPEEDS) - 1)]
        if self.player is not None:
            self.player.speed = self._runs.speed
        self.say(f"speed \N{MULTIPLICATION SIGN}{self._runs.speed:g}", notify=False)

    def _start_save(self, command: Command) -> None:
        run, frame = self._runs.shown, self.frame
        if run is None or run.scene is None:
            self._save_wanted = command
            self.say("saving as soon as the first picture is there ...")
            return
        scene = frame.scene if frame is not None and frame.asked is run.scene else run.scene
        options = replace(self.options, overlays=self._seen.overlays)
        kind = {"save": "mp4", "save gif": "gif"}.get(command, "png")
        self.say(self._saves.start(kind, run, scene, options))

    def _is_busy(self, look: Look | None) -> bool:
        """Return whether the window waits for what was asked for."""
        runs, frame = self._runs, self.frame
        if runs.waiting is not None or runs.coming is not None:
            return True
        if runs.shown is None or frame is None:
            return False
        late = frame.asked is not runs.shown.scene or frame.look != look
        return late or runs.shown.player.waiting
