from renderers.picture.recent import Recent


def test_what_was_found_of_two_states_is_kept():
    recent, asked = Recent(), []

    def found(state):
        def find():
            asked.append(state)
            return f"of {state}"

        return recent.get(state, find)

    assert recent.newest is None
    assert [found(state) for state in (None, "a", None, "a")] == ["of None", "of a"] * 2
    assert asked == [None, "a"]
    assert found("b") == "of b" and recent.newest == ("b", "of b")
    assert found("a") == "of a" and found(None) == "of None"
    assert asked == [None, "a", "b", None]
