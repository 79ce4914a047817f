"""What a live window shows and does, without a toolkit: commands, saves, the status line."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import replace

from renderers.contract import Options
from renderers.live.choices import Choices
from renderers.live.frame import Frame
from renderers.live.gaze import LOOKS, Gaze
from renderers.live.messages import Messages
from renderers.live.painting import Painting, PaintThread
from renderers.live.player import Player
from renderers.live.report import Report
from renderers.live.saving import Load, Saves, load_registered, stamped_path
from renderers.live.seen import Look
from renderers.live.showings import Showings
from renderers.live.trying import Tries
from renderers.scene import Scene
from renderers.stage.window import Command, Commands, Job

__all__ = ["Session"]

SPEEDS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
HINT = "space pause · ← → step · wheel to look closer · h all keys"
HINT_TO_TURN = "space pause · ← → step · drag to turn · h all keys"
ON_A_PLANE = "centroids are placed on a plane: choose two axes with a, or other ones with p"
HINT_TO_DRAG = "space pause · ← → step · drag a centroid · h all keys"
SUFFIXES = {"save": ".mp4", "save gif": ".gif", "save picture": ".png"}


class Session:
    """Everything that happens between the opening of a window and its end.

    `post` may be called from any thread; everything else belongs to the window's thread, and never
    waits for another.

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
    painting : Painting, optional
        Makes the frames. Default: a thread of its own.
    load : callable
        ``load(path)`` returns the renderer that writes a file of this suffix.

    Attributes
    ----------
    choices : Choices
        How the next run starts, also by hand.
    closed : bool
        The window is to be closed.
    frame : Frame or None
        The newest picture.
    gaze : Gaze
        What of the points is looked at, and how.
    helping : bool
        Whether the keys are explained.
    tries : Tries
        What the picture would be with a centroid elsewhere.
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
        painting: Painting | None = None,
        load: Load = load_registered,
    ) -> None:
        self.closed = False
        self.frame: Frame | None = None
        self.helping = False
        self.options = options
        self._painting = painting or PaintThread(options)
        self._posted: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._messages = Messages(notify, clock)
        self._showings = Showings(options, clock)
        self.choices = Choices(commands, self._showings, self._messages)
        self._saves = Saves(self._showings, load)
        self._save_wanted: Command | None = None  # before there was a picture
        self.gaze = Gaze(options, self._showings, self._messages)
        self.tries = Tries(self._showings, self.choices.hand, clock)
        self._greeted = False

    def post(self, command: Command) -> None:
        """Have a command done at the next tick."""
        self._posted.put(command)

    def close(self) -> None:
        """Have the window closed at its next tick."""
        self.closed = True

    def start(self, job: Job, *, must_finish: bool = False) -> None:
        """Run `job` in a thread, and show it from its first moment on.

        Parameters
        ----------
        job : callable
            ``job(seat)`` plays a run to a renderer.
        must_finish : bool
            Let it run at full speed, and to its end even if nobody looks any more.
        """
        self._showings.start(job, must_finish=must_finish)

    def tick(self, size: tuple[int, int]) -> None:
        """Do what was asked for and look what is due, for a picture of this size in pixels."""
        while not self._posted.empty():
            self._do(self._posted.get())
        if said := self._saves.look_after():
            self._messages.say(said)
        failure = self._showings.look_after()
        if self._showings.first is not None and self._showings.first.error is not None:
            self.closed = True  # `end` raises it
        elif failure is not None:
            self._messages.say(f"the run failed: {failure}")
        look = self._want(size)
        self.tries.look_after()
        frame = self._painting.frame
        if frame is not None and not self._greeted:
            self._greeted = True
            if not self._messages.current:
                movable = self.choices.movable and not self.gaze.turns
                hint = HINT_TO_DRAG if movable else HINT_TO_TURN if self.gaze.turns else HINT
                self._messages.say(hint, notify=False)
        if frame is not None and frame is not self.frame:
            self.frame = frame
            if self.player is not None and frame.asked is self._showings.scene:
                self.player.shown(frame.moment)
        self._messages.busy(self._is_busy(look))

    @property
    def expecting(self) -> bool:
        """Whether another picture is due soon."""
        player, frame = self.player, self.frame
        if player is None or player.playing or frame is None:
            return True
        return frame.moment is not player.current()

    @property
    def scene(self) -> Scene | None:
        """What is shown, or comes first; None while nobody has told."""
        for showing in (self._showings.shown, self._showings.coming):
            if showing is not None and showing.scene is not None:
                return showing.scene
        return None

    @property
    def shown_job(self) -> Job | None:
        """The job of the run on display; None if it is the first one, or none is."""
        shown = self._showings.shown
        return None if shown is None or shown is self._showings.first else shown.job

    def offers(self, command: Command) -> bool:
        """Return whether a command can do anything for what is shown."""
        if command in LOOKS:
            return self.gaze.offers(command)
        flat = command != "place" or not self.gaze.turns
        return flat and self.choices.offers(command)

    @property
    def player(self) -> Player | None:
        """The moments on display; None before the first."""
        return self._showings.player

    @property
    def message(self) -> str:
        """What the user should read now; empty if there is nothing to say."""
        return self.choices.prompt or self._messages.current

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
            return Report(speed=self._showings.speed)
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

    def end(self) -> None:
        """Stop what was only for the window, and wait for the run that must finish.

        Raises
        ------
        BaseException
            What the first job raised.
        """
        self._stop()
        first = self._showings.first
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
        self._showings.stop(seconds)

    def _stop(self) -> None:
        self.closed = True
        self._showings.let_go()
        self._saves.cancel(10.0)
        self.tries.stop(2.0)
        # A thread that dies inside the toolkits' C++ when Python ends takes the exit status along.
        self._painting.stop(2.0)

    def _do(self, command: Command) -> None:
        if self.gaze.do_in_list(command):
            return
        if command in LOOKS:
            self.gaze.do(command, self.frame)
            return
        match command:
            case "exit":
                self.closed = True
            case "help":
                self.helping = not self.helping
            case "cancel":
                self._cancel()
            case "new clusters" | "new centroids":
                self.choices.restart(new_points=command == "new clusters")
            case "next init":
                self.choices.next_init()
            case "more clusters" | "fewer clusters":
                self.choices.change_k(1 if command == "more clusters" else -1)
            case "place":
                if self.gaze.turns:
                    self._messages.say(ON_A_PLANE, notify=False)
                else:
                    self.choices.toggle_placing()
            case "save" | "save gif" | "save picture":
                self._start_save(command)
            case "faster" | "slower":
                self._change_speed(1 if command == "faster" else -1)
            case "pause" | "back" | "forward" | "first" | "last":
                if self.player is not None:
                    self._move(self.player, command)

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
        elif not (self.choices.hand.cancel() or self.gaze.cancel()):
            self._saves.cancel(0.0)

    def _change_speed(self, by: int) -> None:
        at = SPEEDS.index(self._showings.speed)
        self._showings.speed = SPEEDS[min(max(at + by, 0), len(SPEEDS) - 1)]
        if self.player is not None:
            self.player.speed = self._showings.speed
        speed = f"speed \N{MULTIPLICATION SIGN}{self._showings.speed:g}"
        self._messages.say(speed, notify=False)

    def _start_save(self, command: Command) -> None:
        shown, frame = self._showings.shown, self.frame
        if shown is None or shown.scene is None:
            self._save_wanted = command
            self._messages.say("saving starts when the first picture appears ...")
            return
        scene = frame.scene if frame is not None and frame.asked is shown.scene else shown.scene
        gaze = self.gaze
        options = replace(self.options, overlays=gaze.overlays, theme=gaze.theme)
        path = stamped_path(SUFFIXES[command])
        moment = shown.player.current() if command == "save picture" else None
        self._messages.say(self._saves.start(path, shown, scene, options, moment))

    def _want(self, size: tuple[int, int]) -> Look | None:
        """Ask for the picture that is due, and for a save that waited; return how it looks."""
        shown = self._showings.shown
        if shown is None or shown.scene is None:
            return None
        if self._save_wanted is not None:
            command, self._save_wanted = self._save_wanted, None
            self._start_save(command)
        moment, look = shown.player.current(), self.gaze.at(shown.scene, size)
        if moment is not None:
            moment = self.tries.moment or moment
            self._painting.want(shown.scene, moment, look, shown.player.between)
        return look

    def _is_busy(self, look: Look | None) -> bool:
        """Return whether the window waits for what was asked for."""
        showings, frame = self._showings, self.frame
        if showings.waiting is not None or showings.coming is not None:
            return True
        if showings.shown is None or frame is None:
            return False
        late = frame.asked is not showings.scene or frame.look != look
        return late or showings.shown.player.waiting
