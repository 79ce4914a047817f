import numpy as np
import pytest
from check import bits
from sklearn.callback import FitCallback, ProgressBar, ScoringMonitor
from sklearn.metrics import rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kmeans_engine import InvalidInput, make_clusters, recording
from kmeans_engine.estimator import EarlyStop, KMeans, Record
from kmeans_engine.estimator.callbacks import Callback


@pytest.fixture(scope="module")
def X():
    return make_clusters(6, 60, seed=4)


class Notes(Callback):
    """Notes every hook, and what it was given."""

    def __init__(self, stop_at=None):
        self.seen, self.stop_at = [], stop_at

    def setup(self, estimator, context):
        self.seen.append(("setup", context.task_name, None))

    def on_fit_task_begin(self, estimator, context, *, fitted_estimator=None):
        self.seen.append(("begin", context.task_name, fitted_estimator))

    def on_fit_task_end(self, estimator, context, *, X, metadata, fitted_estimator=None):
        self.seen.append(("end", context.task_name, fitted_estimator))
        self.given = X, metadata
        return context.task_name == "iteration" and context.task_id == self.stop_at

    def teardown(self, estimator, context):
        self.seen.append(("teardown", context.task_name, None))

    def of(self, hook, task):
        return [fitted for *what, fitted in self.seen if what == [hook, task]]


def test_each_iteration_is_told_as_if_the_fit_had_ended_there(X):
    notes, weights = Notes(), np.arange(360.0)
    model = KMeans(6, random_state=0).set_callbacks(notes).fit(X, sample_weight=weights)
    assert [what for what, *_ in notes.seen[:2]] == ["setup", "begin"]
    assert [what for what, *_ in notes.seen[-2:]] == ["end", "teardown"]
    states = list(model.replay())
    begins, ends = notes.of("begin", "iteration"), notes.of("end", "iteration")
    assert [fitted.n_iter_ for fitted in begins] == list(range(model.n_iter_))
    assert [fitted.n_iter_ for fitted in ends] == list(range(1, model.n_iter_ + 1))
    for fitted, state in zip(ends, states[1:], strict=True):
        assert bits(fitted.cluster_centers_) == bits(state.centroids)
        assert bits(fitted.snapshot_.labels) == bits(state.labels)
        limited = KMeans(6, random_state=0, max_iter=state.iteration).fit(X, sample_weight=weights)
        assert bits(fitted.predict(X)) == bits(limited.labels_)
        assert fitted.score(X, sample_weight=weights) == -limited.inertia_
    assert notes.given[0] is X
    assert notes.given[1]["sample_weight"] is weights


def test_several_runs_are_tasks_of_their_own(X):
    notes = Notes()
    model = KMeans(6, random_state=0, n_init=3, init="random").set_callbacks(notes).fit(X)
    assert len(notes.of("begin", "run")) == len(notes.of("end", "run")) == 3
    iterations = notes.of("end", "iteration")
    assert len(iterations) == sum(fitted.n_iter_ for fitted in notes.of("end", "run"))
    assert model.n_iter_ in [fitted.n_iter_ for fitted in notes.of("end", "run")]


def test_callbacks_change_nothing_unless_they_stop_the_run(X):
    plain = KMeans(6, random_state=0, tol=0).fit(X)
    watched = KMeans(6, random_state=0, tol=0).set_callbacks(Notes()).fit(X)
    assert bits(watched.labels_) == bits(plain.labels_)
    assert watched.inertia_ == plain.inertia_
    stopped = KMeans(6, random_state=0, tol=0).set_callbacks(Notes(stop_at=1)).fit(X)
    limited = KMeans(6, random_state=0, tol=0, max_iter=2).fit(X)
    assert stopped.n_iter_ == 2
    assert bits(stopped.cluster_centers_) == bits(limited.cluster_centers_)
    assert bits(stopped.predict(X)) == bits(stopped.labels_)


@pytest.mark.parametrize("drop", [1e-3, 0.05, 0.5])
@pytest.mark.parametrize("patience", [1, 3])
def test_early_stop(drop, patience):
    X = np.random.default_rng(0).normal(size=(500, 4))
    whole = [step.inertia for step in KMeans(9, random_state=0, tol=0).fit(X).history_]
    failed, want = 0, len(whole) - 1
    for i in range(1, len(whole)):
        failed = failed + 1 if whole[i] > whole[i - 1] * (1 - drop) else 0
        if failed == patience:
            want = i
            break
    callback = EarlyStop(drop, patience)
    for _ in range(2):  # it serves another fit as well
        model = KMeans(9, random_state=0, tol=0).set_callbacks(callback).fit(X)
        assert model.n_iter_ == want
        assert bits(model.predict(X)) == bits(model.labels_)


def test_a_fit_is_recorded(X, tmp_path):
    path = tmp_path / "run.arrows"
    model = KMeans(6, random_state=0).set_callbacks(Record(path)).fit(X)
    recorded = recording.open(path, points=X)
    states = list(model.replay())
    assert len(recorded) == len(states)
    for i, state in enumerate(states):
        assert bits(recorded[i].labels) == bits(state.labels)
        assert bits(recorded[i].centroids) == bits(state.centroids)
    with pytest.raises(InvalidInput, match="overwrite"):
        model.fit(X)


def test_a_record_of_several_runs(X, tmp_path):
    words = {"init": "random", "n_init": 3, "random_state": 0}
    model = KMeans(6, **words).set_callbacks(Record(tmp_path / "run-%d.arrows")).fit(X)
    found = [recording.open(tmp_path / f"run-{i}.arrows", points=X)[-1] for i in range(3)]
    assert bits(model.replay().__next__().points) == bits(X)
    assert any(bits(state.centroids) == bits([*model.replay()][-1].centroids) for state in found)
    with pytest.raises(InvalidInput, match="put a number into the name"):
        KMeans(6, **words).set_callbacks(Record(tmp_path / "run.arrows")).fit(X)
    for name in ("%s-%s", "50% q"):
        with pytest.raises(InvalidInput, match="no one place for the number"):
            KMeans(6, **words).set_callbacks(Record(tmp_path / name)).fit(X)


@pytest.mark.parametrize("words", [{"drop": "a"}, {"drop": -1}, {"drop": np.nan}, {"patience": 0}])
def test_early_stop_refuses_what_is_no_share_or_count(words):
    (name,) = words
    with pytest.raises(ValueError, match=name):
        EarlyStop(**words)


def test_what_a_failed_fit_has_recorded_stays(X, tmp_path):
    class Fails(Notes):
        def on_fit_task_end(self, estimator, context):
            if context.task_id == 2:
                raise KeyboardInterrupt

    path = tmp_path / "run.arrows"
    with pytest.raises(KeyboardInterrupt):
        KMeans(6, random_state=0).set_callbacks(Record(path), Fails()).fit(X)
    assert len(recording.open(path, points=X)) == 4


def test_scores_are_monitored(X):
    monitor = ScoringMonitor(scoring="rand_score")
    y = np.repeat(range(6), 60)
    model = KMeans(6, random_state=0).set_callbacks(monitor).fit(X, y)
    rows = monitor.get_logs().data
    scores = [row["rand_score"] for row in rows if row["task_name"] == "iteration"]
    assert len(scores) == model.n_iter_
    assert scores[-1] == rand_score(y, model.labels_)


def test_progress_is_shown(X, capsys):
    pytest.importorskip("rich")
    KMeans(6, random_state=0, n_init=2).set_callbacks(ProgressBar()).fit(X)
    assert "KMeans - fit" in capsys.readouterr().out
    model = make_pipeline(StandardScaler(), KMeans(6, random_state=0))
    model.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X)
    assert "KMeans" in capsys.readouterr().out
    search = GridSearchCV(KMeans(random_state=0), {"n_clusters": [2, 3]}, cv=2)
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X)
    assert "GridSearchCV" in capsys.readouterr().out


@pytest.mark.parametrize("callback", [EarlyStop(), Record("x"), Callback()])
def test_they_follow_the_protocol(callback):
    assert isinstance(callback, FitCallback)
