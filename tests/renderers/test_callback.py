import numpy as np
import pytest
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kmeans_engine import make_clusters
from kmeans_engine.estimator import KMeans
from renderers import Film


@pytest.fixture(scope="module")
def X():
    return make_clusters(4, 40, seed=4)


SIZE = {"size": (120, 90)}


def test_a_fit_is_filmed_as_it_is_animated(X, tmp_path):
    film = Film(tmp_path / "a.gif", **SIZE)
    model = KMeans(4, random_state=0).set_callbacks(film).fit(X)
    path = model.animate(tmp_path / "b.gif", **SIZE)
    assert path == tmp_path / "b.gif"
    assert path.read_bytes() == (tmp_path / "a.gif").read_bytes()


def test_a_step_of_a_pipeline_is_filmed(X, tmp_path):
    step = KMeans(4, random_state=0).set_callbacks(Film(tmp_path / "a.gif", **SIZE))
    make_pipeline(StandardScaler(), step).fit(X)
    assert (tmp_path / "a.gif").stat().st_size > 0


def test_the_best_of_several_runs_with_relocation(tmp_path):
    X = np.random.default_rng(0).normal(size=(60, 2))
    model = KMeans(9, random_state=0, n_init=3, init="random", empty="relocate").fit(X)
    assert model.animate(tmp_path / "a.gif", **SIZE).stat().st_size > 0


def test_a_fit_that_fails_leaves_no_film(X, tmp_path):
    class Fails:
        def setup(self, estimator, context): ...
        def on_fit_task_begin(self, estimator, context): ...
        def on_fit_task_end(self, estimator, context):
            raise KeyboardInterrupt

        def teardown(self, estimator, context): ...

    with pytest.raises(KeyboardInterrupt):
        KMeans(4).set_callbacks(Film(tmp_path / "a.gif"), Fails()).fit(X)
    assert not list(tmp_path.iterdir())


def test_other_estimators_cannot_be_filmed(X, tmp_path):
    assert not hasattr(MiniBatchKMeans, "set_callbacks")
    model = LogisticRegression().set_callbacks(Film(tmp_path / "a.gif"))
    with pytest.raises(TypeError, match="this is LogisticRegression: give set_callbacks"):
        model.fit(X, X[:, 0] > 0)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("run.xyz", "no renderer writes"),
        ("nowhere/run.gif", "does not exist"),
        ("there.gif", "overwrite"),
    ],
)
def test_what_cannot_be_filmed_is_refused_before_the_fit(X, tmp_path, name, says):
    (tmp_path / "there.gif").touch()
    model = KMeans(4, random_state=0).set_callbacks(Film(tmp_path / name))
    with pytest.raises(ValueError, match=says):
        model.fit(X)
    assert not hasattr(model, "labels_")
