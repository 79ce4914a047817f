import dask.array
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
import sklearn
from check import bits
from clusters import cut

from kmeans_engine import InvalidInput, make_clusters
from kmeans_engine.estimator import KMeans, inputs


@pytest.fixture(scope="module")
def blobs():
    return make_clusters(5, 60, seed=4)


def fitted(X, **words):
    return KMeans(5, random_state=0, **words).fit(X)


@pytest.fixture(scope="module")
def want(blobs):
    return fitted(blobs)


def same(model, want):
    assert bits(np.asarray(model.labels_)) == bits(want.labels_)
    assert bits(model.cluster_centers_) == bits(want.cluster_centers_)
    assert model.inertia_ == want.inertia_


def array_api(X):
    return pytest.importorskip("array_api_strict").asarray(X)


@pytest.mark.parametrize(
    "make",
    [np.asfortranarray, np.ndarray.tolist, pd.DataFrame, pl.DataFrame, array_api,
     scipy.sparse.csr_array, scipy.sparse.csc_matrix, scipy.sparse.coo_array],
)  # fmt: skip
def test_tables_of_many_kinds(make, blobs, want):
    X = make(blobs)
    model = fitted(X)
    same(model, want)
    assert bits(model.predict(X)) == bits(want.labels_)
    assert bits(np.asarray(model.transform(X))) == bits(want.transform(blobs))
    assert model.score(X) == -want.inertia_


def test_an_array_of_another_library_that_scikit_learn_lets_be(blobs, want):
    with sklearn.config_context(array_api_dispatch=False):
        same(fitted(array_api(blobs)), want)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "bool"])
def test_whole_numbers(dtype):
    X = np.random.default_rng(1).integers(0, 2 if dtype == "bool" else 200, (300, 3)).astype(dtype)
    model, want = fitted(X), fitted(X.astype(float))
    same(model, want)
    assert model.cluster_centers_.dtype == np.float64


def test_sparse_rows_are_made_dense_piece_by_piece(blobs, monkeypatch):
    X = np.where(blobs > np.median(blobs), blobs, 0)
    want = fitted(X)
    monkeypatch.setattr(inputs, "_DENSE", 100)
    with pytest.warns(UserWarning, match=r"X is sparse, 300 x 2 with .*TruncatedSVD") as told:
        model = fitted(scipy.sparse.csr_array(X))
    assert told[0].filename == __file__
    same(model, want)
    with pytest.warns(UserWarning, match="is made dense"):
        assert bits(model.predict(scipy.sparse.csr_array(X))) == bits(want.labels_)
    assert len(model.history_) == model.n_iter_ + 1


def test_files_and_memory_maps(blobs, want, tmp_path):
    np.save(tmp_path / "X.npy", blobs)
    pd.DataFrame(blobs, columns=["a", "b"]).to_parquet(tmp_path / "X.parquet")
    for X in (tmp_path / "X.npy", str(tmp_path / "X.parquet"), np.load(tmp_path / "X.npy", "r")):
        model = fitted(X)
        same(model, want)
        assert bits(model.predict(X)) == bits(want.labels_)
        assert bits(model.transform(X)) == bits(want.transform(blobs))
        assert model.score(X) == -want.inertia_
        assert model.n_features_in_ == 2
        assert [*model.replay()][-1].iteration == model.n_iter_


def test_the_columns_of_a_file_are_remembered(blobs, tmp_path):
    for names in ("ab", "ba", "abc"):
        columns = dict.fromkeys(names, blobs[:, 0])
        pd.DataFrame(columns).to_parquet(tmp_path / f"{names}.parquet")
    model = KMeans(3, random_state=0).fit(tmp_path / "ab.parquet")
    assert model.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(InvalidInput, match="X has the features b, a, but this KMeans was fitted"):
        model.predict(tmp_path / "ba.parquet")
    with pytest.raises(ValueError, match="X has 3 features, but KMeans is expecting 2"):
        model.predict(tmp_path / "abc.parquet")
    assert not hasattr(model.fit(blobs), "feature_names_in_")


@pytest.mark.slow
def test_a_dask_array_stays_one(cluster, blobs, want):
    X = cut(blobs, 4, np.random.default_rng(0))
    model = KMeans(5, random_state=0, init=blobs[:5]).fit(X)
    plain = KMeans(5, random_state=0, init=blobs[:5]).fit(blobs)
    assert isinstance(model.labels_, dask.array.Array)
    same(model, plain)
    assert bits(model.predict(X).compute()) == bits(plain.labels_)
    assert bits(model.transform(X).compute()) == bits(plain.transform(blobs))
    assert model.score(X) == -plain.inertia_
    assert [step.inertia for step in model.history_] == [step.inertia for step in plain.history_]
    same(fitted(X), want)


@pytest.mark.parametrize(
    ("X", "kind", "said"),
    [
        (np.array([[1.0, np.nan]] * 9), InvalidInput, "points have 9 NaN"),
        (np.array([["a", "b"]] * 9), ValueError, "could not convert string"),
        ({"a": [1]}, TypeError, "dict"),
        ("missing.parquet", InvalidInput, "missing.parquet"),
        (np.ones((9, 2, 2)), ValueError, "dim 3"),
    ],
)
def test_bad_tables(X, kind, said):
    with pytest.raises(kind, match=said):
        fitted(X)


def test_one_weight_for_a_file_is_refused_in_a_line(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(8.0).reshape(4, 2))
    with pytest.raises(InvalidInput, match=r"sample_weight=2\.0 is one number"):
        KMeans(2).fit(tmp_path / "x.npy", sample_weight=2.0)


def test_masked_values_are_refused(blobs):
    with pytest.raises(InvalidInput, match="points have 1 masked value,"):
        fitted(np.ma.array(blobs, mask=np.arange(blobs.size).reshape(blobs.shape) == 3))
    weights = np.ma.array(np.ones(len(blobs)), mask=np.arange(len(blobs)) == 3)
    with pytest.raises(InvalidInput, match="weights have 1 masked value,"):
        KMeans(5).fit(blobs, sample_weight=weights)
