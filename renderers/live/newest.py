"""A thread that serves the newest request; what is asked meanwhile never waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

__all__ = ["Newest"]

Request = TypeVar("Request")
Result = TypeVar("Result")


class Newest(Generic[Request, Result]):
    """Serve one request after another; one that a newer one overtakes is dropped.

    The thread starts with the first request. Everything may be called from any thread.

    Parameters
    ----------
    name : str
        Of the thread.
    serve : callable
        ``serve(request)`` yields results, each better than the one before, in the thread. It may
        look at `wanted` and `stopped` meanwhile, and return early. What it raises ends the thread.
    """

    def __init__(self, name: str, serve: Callable[[Request], Iterable[Result]]) -> None:
        self._name = name
        self._serve = serve
        self._changed = threading.Condition()
        self._wanted: Request | None = None
        self._new = False
        self._stopped = False
        self._result: Result | None = None
        self._error: Exception | None = None
        self._thread: threading.Thread | None = None

    @property
    def wanted(self) -> Request | None:
        """The newest request; None before the first and after `withdraw`."""
        with self._changed:
            return self._wanted

    @property
    def stopped(self) -> bool:
        """Whether the thread is to end."""
        with self._changed:
            return self._stopped

    @property
    def idle(self) -> bool:
        """Whether the newest request was taken up, if there is one."""
        with self._changed:
            return not self._new

    @property
    def result(self) -> Result | None:
        """The newest result; None before the first and after `withdraw`.

        Raises
        ------
        Exception
            What `serve` raised.
        """
        with self._changed:
            if self._error is not None:
                raise self._error
            return self._result

    def ask(self, request: Request) -> None:
        """Have this served, in place of what was asked before."""
        with self._changed:
            if self._stopped:
                return
            self._wanted, self._new = request, True
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def withdraw(self) -> None:
        """Nothing is wanted any more: forget the request and the result."""
        with self._changed:
            self._wanted, self._new, self._result = None, False, None

    def stop(self, seconds: float) -> None:
        """End the thread; wait up to `seconds` for the request that it serves."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _work(self) -> None:
        while (request := self._take()) is not None:
            try:
                for result in self._serve(request):
                    self._put(result)
                    if self.stopped:
                        return
            except Exception as error:
                with self._changed:
                    self._error = error
                return

    def _take(self) -> Request | None:
        """Wait for a new request; return None if the thread is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._new)
            self._new = False
            return None if self._stopped else self._wanted

    def _put(self, result: Result) -> None:
        with self._changed:
            if self._wanted is not None:  # not withdrawn meanwhile
                self._result = result
