"""Fits of several threads share the processors."""

import threading

import pytest

from kmeans_engine.estimator import kmeans, sharing
from kmeans_engine.estimator.kmeans import KMeans
from kmeans_engine.estimator.sharing import threads_shared


@pytest.fixture
def eight(monkeypatch):
    monkeypatch.setattr(sharing, "default_threads", lambda: 8)


def elsewhere(work):
    found = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def shared(asked=None):
    with threads_shared(asked) as threads:
        return threads


def test_each_of_several_gets_its_part(eight):
    with threads_shared(None) as alone:
        assert alone is None
        assert elsewhere(shared) == 4
        assert elsewhere(lambda: shared(5)) == 5
        assert shared() is None  # a callback that predicts
        assert elsewhere(shared) == 4  # which has not ended the fit
    assert elsewhere(shared) is None


def test_nothing_is_kept_after_an_error(eight):
    with pytest.raises(KeyboardInterrupt), threads_shared(None):
        raise KeyboardInterrupt
    assert elsewhere(shared) is None


def test_a_fit_begun_beside_another_gets_its_part(eight, monkeypatch):
    used = []
    real = kmeans.Engine
    monkeypatch.setattr(
        kmeans, "Engine", lambda *a, threads=None, **o: used.append(threads) or real(*a, **o)
    )
    X = [[0.0], [1.0], [5.0]]
    model = KMeans(2, random_state=0).fit(X)
    with threads_shared(None):
        for work in (model.fit, model.predict, model.score, model.transform):
            elsewhere(lambda work=work: work(X))
    assert used == [None, 4, 4, 4, 4]
