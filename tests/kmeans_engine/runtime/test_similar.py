"""Words that were meant."""

from kmeans_engine.runtime.similar import did_you_mean, similar


def test_the_nearest_first():
    assert similar("kmeans++", ["random", "k-means++"]) == ["k-means++"]
    assert similar("LIGHT", ["light", "dark"]) == ["light"]
    assert similar("labls", ["label", "labels", "table"], limit=1) == ["labels"]
    assert similar("xyz", ["light", "dark"]) == []


def test_both_spellings_of_one_word():
    assert similar("price", ["Price", "price"]) == ["Price", "price"]


def test_a_question_or_something_else():
    assert did_you_mean("drak", ["light", "dark"]) == "did you mean dark?"
    assert did_you_mean("mp5", ["mp4", "mp3", "gif"]) == "did you mean mp4 or mp3?"
    assert did_you_mean("xyz", ["light"], "choose one") == "choose one"
