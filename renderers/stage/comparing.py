"""One command that compares several numbers of clusters: prepared as a whole, then run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kmeans_engine.command.ks import Ks
from kmeans_engine.command.usage import given
from kmeans_engine.runtime.signals import raise_again
from renderers.outputs import Output
from renderers.stage.growing import play_sweep
from renderers.stage.job import Job
from renderers.stage.start import drive

if TYPE_CHECKING:
    from kmeans_engine.choosing.rows import Sweep

__all__ = ["Comparison", "job_of"]


class Comparison(Job):
    """A command whose K are several; results are those of the K that stands out."""

    _sweep: Sweep | None = None

    def _prepare(self, outputs: Sequence[Output]) -> None:
        super()._prepare(outputs)
        self._rows = self.clustering.compare(self.args.k.values, self.args.runs)

    def _run(self) -> None:
        def job() -> None:
            sweep = self._sweep = self._compare()
            self.clustering.settle(sweep.rows[-1] if sweep.best is None else sweep[sweep.best])
            if self.scene is not None:
                play_sweep(sweep, self.scene, self.renderers, self.pace)
            self._write()

        drive(self.renderers, job)
        self.notes = [renderer.note for renderer in self.renderers if renderer.note]

    def _compare(self) -> Sweep:
        from kmeans_engine.choosing.sweep import sweep_of

        ks, rows = self.args.k.values, []
        self.progress.count("numbers of clusters", len(ks))
        for row in self._rows:
            raise_again()
            rows.append(row)
            self.progress.step(len([row for row in rows if row.k in ks]))
        return sweep_of(rows, ks)

    def _write(self) -> None:
        if not self.unwritten:
            super()._write()

    @property
    def _results(self) -> tuple[str | None, ...]:
        return (None, None, None) if self.unwritten else super()._results

    @property
    def unwritten(self) -> str:
        """See `Job.unwritten`: nobody knows which K they should belong to."""
        asked = given(self.args, ("labels", "table", "centroids"))
        if self._sweep is None or self._sweep.best is not None or not asked:
            return ""
        words = " and ".join(f"--{name} {path}" for name, path in asked.items())
        return f"{words} not written, as no K stands out; choose one, as in -k {self._example}"

    @property
    def _example(self) -> int:
        ks: Ks = self.args.k
        return ks.values[len(ks.values) // 2]

    @property
    def hint(self) -> str:
        """See `Job.hint`."""
        return "to see it: add -o elbow.png for a figure, or -o k.mp4 for a film"

    def summary(self, warnings: Sequence[str]) -> tuple[dict[str, Any], str]:
        """See `Job.summary`."""
        from kmeans_engine.command.comparison import spell_comparison, summarize_comparison

        assert self._sweep is not None
        facts = summarize_comparison(
            self.clustering, self._sweep, outputs=self.files, warnings=warnings
        )
        return facts, spell_comparison(facts, self._sweep, str(self.args.k))


def job_of(args: argparse.Namespace, *others: Any, **options: Any) -> Job:
    """Return the job of a command; arguments are those of `Job`."""
    kind = Comparison if isinstance(args.k, Ks) else Job
    return kind(args, *others, **options)
