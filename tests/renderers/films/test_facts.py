from media import fake_scene

from renderers.films.facts import comment, metadata

FACTS = {"seed": "69", "k": "12", "init": "random", "version": "0.1.0", "command": "kmeans-engine"}
LINE = "seed=69; k=12; init=random; kmeans-engine 0.1.0; command: kmeans-engine -o film.mp4"


def test_comment():
    assert comment(FACTS, ".mp4") == LINE
    assert comment({}, ".mp4") == ""


def test_metadata():
    scene = fake_scene(title="Köln 点", facts=FACTS)
    assert metadata(scene, ".mp4") == ["-metadata", "title=Köln 点", "-metadata", f"comment={LINE}"]
    assert metadata(fake_scene(), ".mp4") == []


def test_braces_are_no_fields():
    assert comment({"command": "kmeans-engine --title '{x}'"}, ".gif").endswith("'{x}' -o film.gif")


def test_one_line_that_every_system_takes():
    odd = "a\nb\0c\td\udce4" + 100_000 * "e"
    line = comment({"k": odd}, ".mp4")
    assert line.startswith("k=a b c d e")
    assert len(line) <= 30_000
