"""Films and stills by the command: paces, overlays, races, images."""

import json

import numpy as np
import pytest
from command import SMALL, one_line
from media import read_gif, read_mp4, said
from pages import ReadPage
from PIL import Image

from kmeans_engine import Engine, initial_centroids
from kmeans_engine.command.source import Source
from kmeans_engine.tables import Table


def opened(path):
    with Image.open(path) as image:
        return np.array(image)


@pytest.mark.parametrize("how", [["--smooth"], ["--phases"], [], ["--smooth", "--phases"]])
def test_a_duration_is_kept_in_every_format(command, tmp_path, how):
    command.ok("--seed", 1, *how, "--duration", 3, *SMALL, "-o", "a.mp4", "-o", "a.gif")
    assert read_mp4(tmp_path / "a.mp4").seconds.sum() == pytest.approx(3, abs=0.04)
    assert read_gif(tmp_path / "a.gif").seconds.sum() == pytest.approx(3, abs=0.05)


def test_a_smooth_film_moves_between_the_states(command, tmp_path):
    command.ok("--seed", 1, "--max-iterations", 3, "--smooth", *SMALL, "-o", "smooth.mp4")
    command.ok("--seed", 1, "--max-iterations", 3, *SMALL, "-o", "plain.mp4")
    smooth, plain = (read_mp4(tmp_path / f"{name}.mp4") for name in ("smooth", "plain"))
    assert smooth.seconds[0] == pytest.approx(1 / 30, abs=1e-3)
    assert len(plain.frames) == 2 + 3 + 4  # an opening; the last is held
    distinct = {frame.tobytes() for frame in smooth.frames}
    assert len(distinct) > 30


def test_phases_show_two_steps_for_each_iteration(command, tmp_path):
    command.ok("--seed", 1, "--max-iterations", 3, "--phases", *SMALL, "-o", "run.mp4")
    assert (
        len(read_mp4(tmp_path / "run.mp4").frames) == 2 + 1 + 1 + 2 + 1 + 4
    )  # an opening; the last is held


def test_overlays_are_chosen(command, tmp_path):
    usual = "numbers,trails,borders,changes,curve,sizes"
    chosen = {"usual": usual, "all": "all", "none": "none", "some": "borders, trails"}
    for name, overlays in chosen.items():
        command.ok("--seed", 1, "--overlays", overlays, "-o", f"{name}.png", "--size", "480x360")
    command.ok("--seed", 1, "-o", "default.png", "--size", "480x360")
    pictures = {path.stem: opened(path).tobytes() for path in tmp_path.iterdir()}
    assert pictures["usual"] == pictures["default"]
    assert len(set(pictures.values())) == 4  # all has a legend as well


def test_a_race_in_every_format(command, tmp_path):
    done = command.ok(
        *("--race", "random,k-means++", "--seed", 3, *SMALL, "--json"),
        *("-o", "r.mp4", "-o", "r.gif", "-o", "r.png", "-o", "r.svg", "--labels", "labels.npy"),
    )
    facts = json.loads(done.out)
    assert [entrant["init"] for entrant in facts["race"]] == ["random", "k-means++"]
    assert facts["inertia"] == min(entrant["inertia"] for entrant in facts["race"])
    (winner,) = (entrant for entrant in facts["race"] if entrant["verdict"])
    assert winner["verdict"] == "wins"
    assert f"{winner['init']} wins: inertia {winner['inertia']:.10g} after" in done.err
    longest = max(entrant["iterations"] for entrant in facts["race"])
    assert len(read_mp4(tmp_path / "r.mp4").frames) == 2 + longest + 4
    labels = np.load(tmp_path / "labels.npy")
    assert np.bincount(labels).tolist() == facts["counts"]


def test_a_race_runs_what_its_entrants_run_alone(command):
    together = json.loads(command.ok("--race", "random,k-means++", "--seed", 3, "--json").out)
    for entrant in together["race"]:
        alone = json.loads(command.ok("--init", entrant["init"], "--seed", 3, "--json").out)
        assert alone["inertia"] == entrant["inertia"]
        assert alone["iterations"] == entrant["iterations"]


def test_a_race_of_one_method_with_itself(command, tmp_path):
    words = ("--race", "random,random,k-means++", "--seed", 3, *SMALL, "--json")
    facts = json.loads(command.ok(*words, "-o", "race.gif").out)
    assert [one["name"] for one in facts["race"]] == ["random#1", "random#2", "k-means++"]
    assert [one["init"] for one in facts["race"]] == ["random", "random", "k-means++"]
    # The first is what it was alone, the second what the second of several runs is.
    alone = json.loads(command.ok("--seed", 3, "--json").out)["inertia"]
    two = json.loads(command.ok("--seed", 3, "--runs", 2, "--json").out)["inertia"]
    first, second, _ = (one["inertia"] for one in facts["race"])
    assert first == alone
    assert first != second
    assert min(first, second) == two
    assert "race=random,random,k-means++" in said(tmp_path / "race.gif")["comment"].replace(
        " ", "="
    )


def test_a_race_with_a_file_of_centroids(command, tmp_path):
    points = np.random.default_rng(0).normal(size=(200, 2))
    np.save("points.npy", points)
    np.save("mine.npy", points[:5])
    done = command.ok("points.npy", "--race", "k-means++,mine.npy", "--standardize", "--json")
    mine = json.loads(done.out)["race"][1]
    alone = json.loads(
        command.ok("points.npy", "--init", "mine.npy", "--standardize", "--json").out
    )
    assert mine["init"] == "mine.npy" and mine["inertia"] == alone["inertia"]


def test_started_sources_are_in_the_units_of_the_table():
    points = np.random.default_rng(0).normal(size=(50, 2)) * [3.0, 40.0]
    table = Table(points, ("a", "b"), 50)
    centroids = points[:3]
    direct = Source.of(table, 3, centroids, 1, standardized=True)
    other = Source.of(table, 3, "random", 1, standardized=True).started(centroids)
    assert np.array_equal(direct.start(0), other.start(0))


def test_a_race_of_numbered_starts_is_that_of_several_runs(command):
    facts = json.loads(command.ok("--race", "random#4,random*2", "--seed", 3, "--json").out)
    assert [one["name"] for one in facts["race"]] == ["random#4", "random#1", "random#2"]
    fourth, first, second = (one["inertia"] for one in facts["race"])
    least = [first, second]
    for runs in (3, 4):
        done = command.ok("--seed", 3, "--init", "random", "--runs", runs, "--json")
        least.append(json.loads(done.out)["inertia"])
    assert least[3] == min(least[2], fourth)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--race", "random"], "needs at least two starts"),
        (["--race", "random,"], "needs at least two starts"),
        (["--race", "random,nonsense"], "--race nonsense is neither a method nor a file"),
        (["--race", "random,k-means++", "--runs", 3], "leave out --init and --runs"),
        (["--race", "random,k-means++", "--init", "k-means++"], "leave out --init and --runs"),
        (["--race", "random,gone.npy"], "gone.npy"),
        (["-o", "a.png", "--smooth"], "--smooth has no effect without a .mp4, .webm or .gif file"),
        (
            ["-o", "a.gif", "--quality", "best"],
            "--quality has no effect without a .mp4 or .webm file",
        ),
        (["-o", "a.mp4", "--dpi", "200"], "--dpi has no effect without a .png, .svg or .pdf file"),
        (["--smooth"], "--smooth has no effect without a picture; add --render or -o"),
        (["--overlays", "all"], "--overlays has no effect without a picture"),
        (["-o", "a.png", "--overlays", "border"], "did you mean borders?"),
        (["-o", "a.mp4", "--duration", "0"], "--duration 0 must be between 0.1 and 86400 seconds"),
        (["-o", "a.mp4", "--duration", "nan"], "--duration nan must be"),
        (
            ["-o", "a.mp4", "--quality", "superb"],
            "--quality 'superb' is not one of draft, standard",
        ),
        (["-o", "a.gif", "--max-size", "big"], "--max-size 'big' is not the size of a file"),
        (["-o", "a.gif", "--max-size", "12"], "--max-size '12' must be at least 10000 bytes"),
        (["-o", "a.png", "--dpi", "0"], "--dpi 0 must be between 1 and 2400 dots per inch"),
        (["-o", "a.png", "--dpi", "2400"], "--dpi 2400 gives"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(command, tmp_path, args, words):
    done = command("--seed", 1, *args)
    assert done.status in (1, 2)
    assert words in one_line(done.err)
    assert not list(tmp_path.iterdir())


def test_races_of_different_sizes_are_refused(command):
    points = np.random.default_rng(0).normal(size=(20, 2))
    for name, rows in (("points", 20), ("five", 5), ("six", 6)):
        np.save(f"{name}.npy", points[:rows])
    done = command("points.npy", "--race", "five.npy,six.npy")
    assert "six.npy holds 6 centroids; race starts of as many" in one_line(done.err)
    done = command("points.npy", "--race", "random,five.npy", "-k", 4)
    assert "-k 4 but five.npy holds 5 centroids; leave out -k" in one_line(done.err)


def test_an_image_becomes_the_image_in_few_colours(command, tmp_path):
    rng = np.random.default_rng(2)
    original = (rng.integers(0, 4, size=(12, 16, 3)) * 80).astype(np.uint8)
    Image.fromarray(original).save("photo.png")
    command.ok("photo.png", "-k", 5, "--seed", 1, "-o", "few.png", "--init", "k-means++")
    points = original.reshape(-1, 3)
    seed = np.random.SeedSequence([1, 1, 0])
    start = initial_centroids(points, 5, method="k-means++", seed=seed)
    last = Engine(points).fit(start)
    expected = np.rint(last.centroids).astype(np.uint8)[last.labels].reshape(12, 16, 3)
    assert np.array_equal(opened(tmp_path / "few.png"), expected)
    # The points themselves, where something else is asked for.
    command.ok("photo.png", "-k", 5, "-o", "rg.png", "--axes", "0,1", "--size", "200x150")
    assert opened(tmp_path / "rg.png").shape[:2] == (150, 200)


def test_a_page_of_a_run(command, tmp_path):
    done = command.ok("--seed", 1, "-o", "run.html", "--max-points", 100, "--title", "<b>")
    page = ReadPage(tmp_path / "run.html")
    assert page.head["title"] == "<b>"
    assert page.head["theme"] == "auto"
    assert page.head["facts"]["seed"] == "1"
    assert page.head["points"]["shown"] == 100
    assert "100 of 1,200 points are on the page" in done.err + done.out


def test_a_page_has_the_theme_that_was_chosen(command, tmp_path):
    command.ok("--seed", 1, "-o", "run.html", "--theme", "light")
    assert ReadPage(tmp_path / "run.html").head["theme"] == "light"


def test_what_belongs_to_films_is_not_for_pages(command):
    done = command("--seed", 1, "-o", "run.html", "--smooth")
    assert "--smooth has no effect without a .mp4" in one_line(done.err)


def test_an_image_becomes_a_page_of_pixels(command, tmp_path):
    pixels = np.random.default_rng(2).integers(0, 256, size=(12, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).save("photo.png")
    command.ok("photo.png", "-k", 5, "-o", "run.html")
    page = ReadPage(tmp_path / "run.html")
    assert page.head["points"]["image"]["width"] == 16
    assert np.array_equal(page.values, pixels.reshape(-1, 3))


def test_a_recording_becomes_the_page_of_its_run(command, tmp_path):
    command.ok("--seed", 1, "-o", "run.html", "--record", "run.arrows", "--record-points")
    command.ok("--replay", "run.arrows", "-o", "again.html")
    one, other = ReadPage(tmp_path / "run.html"), ReadPage(tmp_path / "again.html")
    assert np.array_equal(one.values, other.values)
    for told, again in zip(one.states(), other.states(), strict=True):
        assert told[0] == again[0]
        assert all(np.array_equal(a, b) for a, b in zip(told[1:4], again[1:4], strict=True))
