"""`KMeans` inside of what scikit-learn's users build around it."""

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from check import bits
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr

from kmeans_engine import InvalidInput, make_clusters
from kmeans_engine.estimator import KMeans


@pytest.fixture(scope="module")
def blobs():
    return make_clusters(5, 60, seed=4)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_output_of_other_libraries(library, blobs):
    model = KMeans(5, random_state=0).set_output(transform=library)
    found = model.fit_transform(blobs)
    assert type(found).__module__.partition(".")[0] == library
    assert list(found.columns) == [f"kmeans{k}" for k in range(5)]
    assert list(model.get_feature_names_out()) == list(found.columns)


def test_pipelines_and_columns(blobs):
    frame = pd.DataFrame(blobs, columns=["x", "y"])
    model = make_pipeline(StandardScaler(), KMeans(5, random_state=0)).fit(frame)
    scaled = StandardScaler().fit_transform(frame)
    assert bits(model.predict(frame)) == bits(KMeans(5, random_state=0).fit(scaled).labels_)
    columns = ColumnTransformer(
        [("near", KMeans(3, random_state=0), ["x"])], remainder="passthrough"
    )
    assert columns.fit_transform(frame).shape == (300, 4)
    with pytest.raises(ValueError, match="feature names"):
        KMeans(3).fit(frame).predict(frame[["y", "x"]])


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_a_search_in_parallel(backend, blobs):
    found = []
    for jobs in (1, 2):
        search = GridSearchCV(KMeans(random_state=0), {"n_clusters": [2, 5, 6]}, cv=3, n_jobs=jobs)
        with joblib.parallel_config(backend=backend):
            search.fit(blobs)
        found.append(search.cv_results_["mean_test_score"].tolist())
        assert search.best_estimator_.history_[-1].inertia == -search.best_estimator_.score(blobs)
    assert found[0] == found[1]


def threads_of_a_fit(_):
    from kmeans_engine.runtime.processors import default_threads

    return default_threads()


@pytest.mark.slow
def test_workers_share_the_processors():
    jobs = joblib.cpu_count()
    counts = joblib.Parallel(n_jobs=max(jobs, 2))(
        joblib.delayed(threads_of_a_fit)(i) for i in range(4)
    )
    assert set(counts) == {1}


def test_metadata_is_routed(blobs):
    weights = np.arange(300.0)
    with sklearn.config_context(enable_metadata_routing=True):
        step = KMeans(5, random_state=0).set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        model = make_pipeline(scaler, step).fit(blobs, sample_weight=weights)
    scaled = StandardScaler().fit_transform(blobs)
    want = KMeans(5, random_state=0).fit(scaled, sample_weight=weights)
    assert model[-1].inertia_ == want.inertia_
    assert bits(model[-1].labels_) == bits(want.labels_)


def test_shown_in_a_notebook(blobs):
    shown = estimator_html_repr(KMeans(5, empty="relocate").fit(blobs))
    assert "KMeans" in shown
    assert "relocate" in shown
    assert repr(KMeans(5, empty="relocate")) == "KMeans(empty='relocate', n_clusters=5)"


def test_a_clone_is_not_fitted(blobs):
    model = KMeans(5, random_state=0, threads=2).fit(blobs)
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert not hasattr(again, "labels_")


def test_pickled_models_leave_the_points_behind(blobs):
    model = KMeans(5, random_state=0).fit(np.repeat(blobs, 100, axis=0))
    before = pickle.dumps(model)
    assert len(before) < model.labels_.nbytes + 5000
    again = pickle.loads(before)
    assert bits(again.predict(blobs)) == bits(model.predict(blobs))
    with pytest.raises(InvalidInput, match="left X behind"):
        again.replay()
    history = model.history_
    kept = pickle.loads(pickle.dumps(model)).history_
    assert [step.inertia for step in kept] == [step.inertia for step in history]


def test_models_of_another_version_say_so(blobs, monkeypatch):
    model = KMeans(5, random_state=0).fit(blobs)
    with monkeypatch.context() as patch:
        patch.setattr("kmeans_engine.estimator.kmeans.__version__", "0.1")
        written = pickle.dumps(model)
    with pytest.warns(
        UserWarning, match=r"pickled by kmeans-engine 0\.1 and is read by .*pip install"
    ):
        again = pickle.loads(written)
    assert bits(again.labels_) == bits(model.labels_)
    pickle.loads(pickle.dumps(again))  # written by this version now


def test_scikit_learn_is_asked_for():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "try:\n    from kmeans_engine.estimator import KMeans\n"
        "except ImportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("pip install 'kmeans-engine[sklearn]'")
