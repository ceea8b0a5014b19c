"""A scenario is a base plus patches; every value still knows which file wrote it."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import ScenarioError
from gigawatt.scenario.patch import diff, merge, resolve, set_at, steps
from gigawatt.scenario.text import dotted, parse

BASE = {"name": "base", "deals": {"amd": {"capacity": "6 GW", "phases": [{"gw": 1}, {"gw": 2}]}, "nvidia": {}}}

NAMES = st.text(alphabet='ab.[]"= \\é0', max_size=4)
LEAVES = st.booleans() | st.integers(-3, 3) | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
SCENARIOS = st.dictionaries(NAMES, VALUES, max_size=4)


def message_of(function, *arguments):
    with pytest.raises(ScenarioError) as caught:
        function(*arguments)
    return str(caught.value)


def no_built_ins(_name):
    return None


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        return tmp_path

    return write


# ---- merge ----


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"a": {"x": 9}}, {"a": {"x": 9, "y": 2}, "b": [1, 2]}),
        ({"a": {"x": None}}, {"a": {"y": 2}, "b": [1, 2]}),
        ({"a": None}, {"b": [1, 2]}),
        ({"b": [3]}, {"a": {"x": 1, "y": 2}, "b": [3]}),
        ({"a": 5}, {"a": 5, "b": [1, 2]}),
        ({"b": {"z": {"w": None}}}, {"a": {"x": 1, "y": 2}, "b": {"z": {}}}),
        ({"b": [None]}, {"a": {"x": 1, "y": 2}, "b": [None]}),
        ({}, {"a": {"x": 1, "y": 2}, "b": [1, 2]}),
    ],
)
def test_a_patch_merges_mappings_and_replaces_all_else(patch, expected):
    assert merge({"a": {"x": 1, "y": 2}, "b": [1, 2]}, patch) == expected


def test_a_patch_does_not_change_the_order_of_the_base():
    assert list(merge({"a": 1, "b": 2, "c": 3}, {"d": 4, "b": 5, "a": 6})) == ["a", "b", "c", "d"]


@given(SCENARIOS, SCENARIOS)
def test_merging_changes_neither_side_and_shares_nothing_with_them(base, patch):
    before = copy.deepcopy((base, patch))
    scribble(merge(base, patch))
    assert (base, patch) == before


@given(SCENARIOS, SCENARIOS)
def test_merging_a_patch_twice_is_merging_it_once(base, patch):
    once = merge(base, patch)
    assert merge(once, patch) == once


def scribble(data):
    for inner in list(data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()):
        scribble(inner)
    if isinstance(data, dict):
        data["scribble"] = 1
    elif isinstance(data, list):
        data.append("scribble")


# ---- paths ----


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", ("a",)),
        ("deals.amd.phases[2].gw", ("deals", "amd", "phases", 2, "gw")),
        ("a[0][1]", ("a", 0, 1)),
        ('deals["gpt 5.1"].x', ("deals", "gpt 5.1", "x")),
        ("a.2", ("a", "2")),
        ("[0].a", (0, "a")),
    ],
)
def test_a_path_is_names_and_positions(path, expected):
    assert steps(path) == expected


@pytest.mark.parametrize(
    "path", ["", ".", ".a", "a.", "a..b", "a b", "a[", "a[x]", "a[-1]", "a[0]b", 'a["\\q"]', "a=b"]
)
def test_what_is_no_path_is_refused(path):
    assert "is not a path" in message_of(steps, path)


@given(st.lists(NAMES | st.text(max_size=4) | st.integers(0, 10**6), min_size=1, max_size=5).map(tuple))
def test_a_path_that_is_shown_can_be_written_back(path):
    assert steps(dotted(path)) == path


# ---- set_at ----


@pytest.mark.parametrize(
    ("path", "new", "found"),
    [
        ("deals.amd.capacity", "5 GW", lambda data: data["deals"]["amd"]["capacity"]),
        ("deals.amd.phases[1].gw", 3, lambda data: data["deals"]["amd"]["phases"][1]["gw"]),
        ("deals.amd.phases[0]", {"gw": 7}, lambda data: data["deals"]["amd"]["phases"][0]),
        ("deals.nvidia.capacity", "10 GW", lambda data: data["deals"]["nvidia"]["capacity"]),
        ("deals.amd", 1, lambda data: data["deals"]["amd"]),
    ],
)
def test_one_value_is_set_and_the_original_stays(path, new, found):
    before = copy.deepcopy(BASE)
    assert found(set_at(BASE, path, new)) == new
    assert before == BASE


def test_setting_null_removes_a_key():
    assert set_at({"a": 1, "b": 2}, "a", None) == {"b": 2}


@pytest.mark.parametrize(
    ("path", "new", "expected"),
    [
        (
            "deals.amdd.capacity",
            1,
            "--set: deals: there is no `amdd` in `deals`. Known: amd, nvidia. Did you mean `amd`?",
        ),
        ("dealz.amd", 1, "--set: there is no `dealz` in the scenario. Known: deals, name. Did you mean `deals`?"),
        ("deals.amd.phases[2]", 1, "`deals.amd.phases` has 2 of them, so there is no [2]; the first is [0]"),
        (
            "deals.amd.phases.gw",
            1,
            "`deals.amd.phases` is a list, which holds no key `gw`; an item of a list is written",
        ),
        ("deals[0]", 1, "`deals` is a mapping, which has no item [0]"),
        ("name.x", 1, "`name` is the text `base`, which holds no key `x`"),
        ("deals.amdd", None, "there is no `amdd` in `deals`. Known: amd, nvidia. Did you mean `amd`?"),
        ("[0]", 1, "the scenario is a mapping, which has no item [0]"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ends_and_the_fix(path, new, expected):
    assert expected in message_of(set_at, BASE, path, new)


# ---- diff ----


def test_a_difference_is_path_old_and_new():
    changed = merge(BASE, {"name": None, "deals": {"amd": {"capacity": "5 GW"}, "new": 1}})
    assert diff(BASE, changed) == [
        ("name", "base", None),
        ("deals.amd.capacity", "6 GW", "5 GW"),
        ("deals.new", None, 1),
    ]


def test_lists_of_equal_length_differ_item_by_item_and_others_as_a_whole():
    assert diff({"a": [1, 2]}, {"a": [1, 3]}) == [("a[1]", 2, 3)]
    assert diff({"a": [1, 2]}, {"a": [1]}) == [("a", [1, 2], [1])]


def test_a_truth_value_differs_from_a_number():
    assert diff({"a": 1}, {"a": True}) == [("a", 1, True)]


@given(SCENARIOS)
def test_nothing_differs_from_itself(a):
    assert diff(a, a) == []


@settings(max_examples=200)
@given(SCENARIOS, SCENARIOS)
def test_setting_every_difference_turns_one_scenario_into_the_other(a, b):
    for path, _old, new in diff(a, b):
        a = set_at(a, path, new)
    assert diff(a, b) == []
    assert a == b


# ---- resolve ----


def test_a_file_without_extends_is_itself(folder):
    folder(a="x: 1\ny:\n")
    assert resolve("a.yaml", no_built_ins).data == {"x": 1, "y": None}


def test_a_chain_of_files_is_merged_from_the_bottom(folder):
    folder(a="x: 1\ny: {z: 1}\nw: 1\n", b="extends: a.yaml\ny: {z: 2, v: 2}\n", c="extends: b.yaml\nx: 3\nw:\n")
    assert resolve("c.yaml", no_built_ins).data == {"x": 3, "y": {"z": 2, "v": 2}}


def test_a_file_is_looked_up_beside_the_one_that_extends_it(folder):
    root = folder()
    (root / "sub").mkdir()
    (root / "sub" / "base.yaml").write_text("x: 1\n")
    (root / "sub" / "a.yaml").write_text("extends: base.yaml\ny: 2\n")
    layers = resolve("sub/a.yaml", no_built_ins)
    assert layers.data == {"x": 1, "y": 2}
    assert layers.document(("x",)).file == "sub/base.yaml"


def test_a_built_in_scenario_is_found_by_its_name(folder):
    root = folder(builtin="x: 1\n", mine="extends: amd\ny: 2\n")
    find = {"amd": root / "builtin.yaml"}.get
    assert resolve("mine.yaml", find).data == {"x": 1, "y": 2}
    assert resolve("amd", find).data == {"x": 1}
    assert resolve(parse("extends: amd\nx: 7"), find).data == {"x": 7}


def test_a_circle_names_the_whole_chain(folder):
    folder(a="extends: b.yaml\n", b="x: 1\nextends: c.yaml\n", c="extends: b.yaml\n")
    assert message_of(resolve, "a.yaml", no_built_ins) == (
        "c.yaml:1:10: extends: this goes in a circle: b.yaml -> c.yaml -> b.yaml; remove one of these `extends`"
    )


def test_a_file_that_extends_itself_is_a_circle(folder):
    folder(a="extends: ./a.yaml\n")
    assert "a.yaml -> a.yaml" in message_of(resolve, "a.yaml", no_built_ins)


@pytest.mark.parametrize(
    ("extends", "expected"),
    [
        ("bse.yaml", "nor a file `bse.yaml`. Known: base.yaml, stargate. Did you mean `base.yaml`?"),
        ("stargaet", "nor a file `stargaet`. Known: base.yaml, stargate. Did you mean `stargate`?"),
        ("[a, b]", "expected the name of one scenario or file, but this is a list"),
        ("", "but this is empty"),
        ("2027", "but this is the number `2027`"),
        ('"a\\0b"', "neither a built-in scenario"),
    ],
)
def test_what_cannot_be_extended_is_told_at_its_place(folder, extends, expected):
    folder(a=f"x: 1\nextends: {extends}\n", base="x: 1\n")
    message = message_of(resolve, "a.yaml", no_built_ins, ["stargate"])
    assert message.startswith("a.yaml:2:9: extends: " if not extends else "a.yaml:2:10: extends: ")
    assert expected in message


def test_a_text_from_elsewhere_cannot_reach_files(folder):
    folder(base="x: 1\n")
    message = message_of(resolve, parse("extends: base.yaml"), no_built_ins, ["stargate"])
    assert "a text from elsewhere cannot extend a file. Known: stargate." in message


def test_an_unknown_name_suggests_built_ins_and_files(folder):
    folder(mine="x: 1\n")
    message = message_of(resolve, "stargaet", no_built_ins, ["stargate"])
    assert message == (
        "stargaet: there is neither a built-in scenario nor a file of this name. "
        "Known: mine.yaml, stargate. Did you mean `stargate`?"
    )


def test_an_error_of_syntax_in_a_base_is_told_in_the_base(folder):
    folder(a="extends: b.yaml\n", b="x: 1\nx: 2\n")
    assert message_of(resolve, "a.yaml", no_built_ins).startswith("b.yaml:2:1: x: the key `x` is written twice")


def test_a_patch_cannot_remove_what_is_not_there(folder):
    folder(a="deals:\n  amd: 1\n", b="extends: a.yaml\ndeals:\n  amdd:\n  new: {x: }\n")
    assert message_of(resolve, "b.yaml", no_built_ins).splitlines() == [
        "b.yaml:3:3: deals.amdd: a key without a value removes what it extends, but there is no such key; "
        "give it a value. Known: amd. Did you mean `amd`?",
        "b.yaml:4:9: deals.new.x: a key without a value removes what it extends, but there is no such key; "
        "give it a value.",
    ]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("x",), "base.yaml:1:4"),
        (("deals", "amd", "gw"), "top.yaml:3:13"),
        (("deals", "amd", "at"), "base.yaml:3:20"),
        (("deals", "other", "gw"), "base.yaml:4:15"),
        (("deals", "amd", "missing"), "top.yaml:3:8"),
        (("phases", 0), "top.yaml:4:10"),
        (("phases", 1), "top.yaml:4:9"),
        (("gone", "inner"), "top.yaml:5:6"),
        (("never",), "top.yaml:1:1"),
    ],
)
def test_a_problem_points_to_the_file_that_wrote_last(folder, path, place):
    folder(
        base="x: 1\ndeals:\n  amd: {gw: 1, at: 2027}\n  other: {gw: 2}\nphases: [1, 2]\ngone: {inner: 1}\n",
        top="extends: base.yaml\ndeals:\n  amd: {gw: 3}\nphases: [5]\ngone:\n",
    )
    problem = resolve("top.yaml", no_built_ins).problem(path, "wrong")
    assert str(problem) == f"{place}: {dotted(path)}: wrong"


def test_a_value_set_on_the_command_line_is_blamed_on_it(folder):
    folder(a="deals:\n  amd: {gw: 1, at: 2027}\n")
    layers = resolve("a.yaml", no_built_ins).set("deals.amd.gw", "5 GW")
    assert layers.data == {"deals": {"amd": {"gw": "5 GW", "at": 2027}}}
    assert str(layers.problem(("deals", "amd", "gw"), "wrong")) == "--set deals.amd.gw: deals.amd.gw: wrong"
    assert str(layers.problem(("deals", "amd", "at"), "wrong")) == "a.yaml:2:20: deals.amd.at: wrong"


def test_a_value_that_cannot_be_read_is_blamed_on_the_command_line(folder):
    folder(a="x: 1\n")
    assert message_of(resolve("a.yaml", no_built_ins).set, "x", "[1").startswith("--set x:1:1: this `[` is not closed")


@settings(max_examples=100)
@given(st.text(alphabet='deals.am[]0"\\x= ', max_size=12), VALUES | st.none())
def test_no_path_ends_in_anything_but_data_or_a_scenario_error(path, new):
    try:
        assert isinstance(set_at(BASE, path, new), dict)
    except ScenarioError as error:
        assert error.problems
