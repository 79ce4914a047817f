"""A recording as it lies in its file: its facts, and its states by number. Knows no points.

What is whole is found when the file is opened, by a look at the heads of its messages; a body is
looked at when it is asked for, or by `Stream.check`.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy.typing as npt

from kmeans_engine.arrays import Floats
from kmeans_engine.errors import InvalidInput
from kmeans_engine.recording.format import (
    KEY,
    VERSION,
    Changes,
    Facts,
    columns,
    decode_changes,
    decode_facts,
    decode_points,
    decode_weights,
    named_dtype,
    read_about,
)
from kmeans_engine.recording.messages import (
    Damaged,
    Message,
    check_schema,
    read_batch,
    read_schema,
    scan,
)

__all__ = ["Stream", "is_recording"]


def is_recording(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is a recording, whole or not."""
    with contextlib.suppress(OSError, ValueError, Damaged), Path(path).open("rb") as file:
        return KEY.encode() in (read_schema(file)[0].metadata or {})
    return False


class Stream:
    """The file of a recording.

    Parameters
    ----------
    path : path-like

    Attributes
    ----------
    path : Path
    about : dict
        The facts of the run, see `writer.record`.
    states : list of list of Message
        The messages of each state that is whole.
    end : int
        Where the last whole state ends.
    complete : bool
        Whether the run has ended, and nothing is wrong with the file so far.
    damaged : str
        What is wrong with the file, as far as it is known; empty if nothing is.

    Raises
    ------
    InvalidInput
        If it is not a recording, of a later version, or without a single whole state.
    OSError
        If it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        with self._open() as file:
            self.about, start = self._read_about(file)
            found = scan(file, start)
            self.size = file.seek(0, os.SEEK_END)
        about = self.about
        self.n_points, self.n_features = int(about["rows"]), int(about["features"])
        self.k, dtype = int(about["clusters"]), about["points"]["dtype"]
        self.dtype = dtype
        recorded = named_dtype(dtype) if about["points"]["recorded"] else None
        self.schema = columns(self.k, recorded, weighted="weights" in about)
        self.states: list[list[Message]] = []
        self.points: list[Message] = []
        self._sort(found.messages)
        self.end = self.states[-1][-1].end if self.states else start
        self.complete = found.ended and bool(self.states) and self._whole == len(found.messages)
        self.damaged = ""
        if not self.states:
            raise InvalidInput(
                f"{self.path} is cut before its first state is whole, so nothing can be saved of "
                "it; record the run again"
            )
        if not self.complete and self.size > self.end:
            self.damaged = f"{self.path} is cut after iteration {len(self.states) - 1}"

    def _open(self) -> Any:
        return self.path.open("rb", buffering=0)

    def _read_about(self, file: Any) -> tuple[dict[str, Any], int]:
        foreign = InvalidInput(
            f"{self.path} is not a recording of a run; make one with --record run.arrows, or "
            "recording.record(states, path)"
        )
        try:
            schema, start = read_schema(file)
            about = read_about(schema)
        except Damaged:
            raise foreign from None
        if about is None:
            raise foreign
        if about["version"] > VERSION:
            raise InvalidInput(
                f"{self.path} was recorded by kmeans-engine {about.get('engine')}, in version "
                f"{about['version']} of the format, and only {VERSION} is known here; install that "
                "kmeans-engine or a later one"
            )
        try:
            check_schema(file, start)
        except Damaged:
            raise InvalidInput(
                f"{self.path} is damaged where it says what was recorded, so nothing can be saved "
                "of it; record the run again"
            ) from None
        return about, start

    def _sort(self, messages: list[Message]) -> None:
        """Find the states that are whole, in their order, and the settings that have changed."""
        pending: list[Message] = []
        self._whole = 0
        for place, message in enumerate(messages):
            added = message.added
            if "points" in added and not self.states and not pending:
                self.points.append(message)
            elif added.get("iteration") == str(len(self.states)) and added.get("piece") == str(
                len(pending)
            ):
                pending.append(message)
            else:
                return
            if "settings" in added and added.get("piece") == "0":
                try:
                    self._batch(message)  # what a head says is not to be trusted before
                except Damaged:
                    return
                self.about["settings"].update(json.loads(added["settings"]))
            if added.get("last") == "yes":
                self.states.append(pending)
                pending, self._whole = [], place + 1

    def __len__(self) -> int:
        return len(self.states)

    def facts(self, i: int) -> Facts:
        """Return what a state is beside its labels."""
        with self._whole_state(i):
            facts = decode_facts(self._batch(self.states[i][0]), self.k, self.n_features)
            if facts.iteration != i:
                raise Damaged
            return facts

    def changes(self, i: int) -> Iterator[Changes]:
        """Yield the points that got labels in a state, in pieces."""
        messages = self.states[i]
        for message in messages[1:] or messages:  # of several, the first holds the facts alone
            with self._whole_state(i):
                changes = decode_changes(self._batch(message), self.n_points, self.k)
            yield changes

    def recorded_points(self) -> Iterator[npt.NDArray[Any]]:
        """Yield the points that were recorded, in pieces."""
        for message in self.points:
            try:
                piece = decode_points(self._batch(message), self.n_features, self.dtype)
            except Damaged:
                raise InvalidInput(
                    f"the points in {self.path} are damaged; give those that were clustered, "
                    "recording.open(path, points=points)"
                ) from None
            yield piece

    def recorded_weights(self) -> Iterator[Floats]:
        """Yield the weights of the points that were recorded, in pieces."""
        for message in self.points:
            yield decode_weights(self._batch(message))

    def check(self) -> None:
        """Look at every state, and leave out the first that is not as it was written, and the rest.

        Raises
        ------
        InvalidInput
            If that is state 0.
        """
        for i in range(len(self)):
            try:
                changed = sum(len(change.labels) for change in self.changes(i))
                with self._whole_state(i):
                    if changed != self.facts(i).n_changed:
                        raise Damaged
            except InvalidInput:
                if i == 0:
                    raise
                self.damaged = f"{self.path} is damaged after iteration {i - 1}"
                self.complete, self.states = False, self.states[:i]
                self.end = self.states[-1][-1].end
                return

    def _batch(self, message: Message) -> Any:
        with self._open() as file:
            return read_batch(file, message, self.schema)

    @contextlib.contextmanager
    def _whole_state(self, i: int) -> Iterator[None]:
        try:
            yield
        except Damaged:
            saved = "nothing before it can be saved"
            if i:
                saved = f"the states up to iteration {i - 1} are whole"
            raise InvalidInput(f"{self.path} is damaged in iteration {i}; {saved}") from None
