"""Every text ends in plain values with places, or in a ScenarioError that says where and how to mend it."""

import json
import tracemalloc
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gigawatt.errors import ScenarioError
from gigawatt.scenario import nodes
from gigawatt.scenario.files import LARGEST_FILE
from gigawatt.scenario.syntax import scalar
from gigawatt.scenario.text import dotted, parse, read, value

GOOD = """\
name: two deals   # a comment
deals:
  amd: &amd
    capacity: 6 GW
    phases:
      - {gw: 1, at: 2026-H2}
      - gw: 2.5
        at: "2027"
  other: *amd
contracts: []
"""


@pytest.fixture(params=["C", "Python"])
def parser(request, monkeypatch):
    """Both parsers of PyYAML: the C one may be missing where gigawatt is installed."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if request.param == "C" else yaml.SafeLoader
    monkeypatch.setattr(nodes, "_PARSER", loader)


def refused(text):
    """The problems of a text that must be refused, as `line:column path: message`."""
    with pytest.raises(ScenarioError) as caught:
        parse(text, "f.yaml")
    return [str(problem).removeprefix("f.yaml:") for problem in caught.value.problems]


def only(text):
    problems = refused(text)
    assert len(problems) == 1, problems
    return problems[0]


def unreadable(file):
    with pytest.raises(ScenarioError) as caught:
        read(file)
    (problem,) = caught.value.problems
    return str(problem)


# ---- words ----


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        *(
            (word, word)
            for word in ["NO", "yes", "on", "off", "y", "tRUE", "nULL", "1_000", "12:30", "1e", ".", "-", "+"]
        ),
        *(
            (word, word)
            for word in ["2026-10-05", "2026-10", "0b1", "0X1F", "-0x1F", "0o18", "1.2.3", "nan", "inf", "٣"]
        ),
        *((word, True) for word in ["true", "True", "TRUE"]),
        *((word, False) for word in ["false", "False", "FALSE"]),
        *((word, None) for word in ["null", "Null", "NULL", "~", ""]),
        *[("1e9", 1e9), ("1.5e-3", 1.5e-3), (".5", 0.5), ("5.", 5.0), ("-.5E+1", -5.0), ("1.0", 1.0), ("-0.0", -0.0)],
        *[("0o17", 15), ("0x1F", 31), ("010", 10), ("-7", -7), ("+7", 7), ("0", 0)],
    ],
)
def test_an_unquoted_word_means_what_yaml_1_2_says(word, meaning, parser):
    expected = (type(meaning), repr(meaning))
    assert (type(scalar(word)), repr(scalar(word))) == expected
    if word != "-":
        found = parse(f"x: {word}").data["x"]
        assert (type(found), repr(found)) == expected


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("word", ["true", "1", "null", ".nan", "<<", "2026", ""])
def test_a_quoted_word_is_always_a_text(word, quote):
    assert parse(f"x: {quote}{word}{quote}").data == {"x": word}


@pytest.mark.parametrize("word", [".nan", ".NaN", ".inf", "-.inf", "+.INF", "NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_refused_with_place_and_fix(word, parser):
    assert only(f"a:\n  b: [1, {word}]\n") == (
        f"2:10: a.b[1]: `{word}` is not a finite number; write a number, leave the key out, or quote a text"
    )


@pytest.mark.parametrize("word", ["1e999", "-1e309", "9" * 400, "0x" + "f" * 398])
def test_a_number_too_large_to_hold_is_refused(word):
    assert "too large" in only(f"a: {word}")


@pytest.mark.parametrize("word", ["9" * 5000, "0." + "1" * 5000])
def test_a_number_of_thousands_of_digits_is_refused(word):
    assert "characters; write it as `1.5e9`" in only(f"a: {word}")


# ---- places ----


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((), (1, 1)),
        (("name",), (1, 7)),
        (("deals", "amd"), (3, 8)),
        (("deals", "amd", "phases"), (6, 7)),
        (("deals", "amd", "phases", 0, "at"), (6, 21)),
        (("deals", "amd", "phases", 1, "gw"), (7, 13)),
        (("deals", "other"), (9, 10)),
        (("deals", "other", "capacity"), (4, 15)),
    ],
)
def test_every_value_knows_its_line_and_column(path, expected, parser):
    # A mapping with an anchor begins where the anchor stands, one without where its first key stands.
    assert parse(GOOD).place(path) == expected


def test_a_key_has_a_place_of_its_own(parser):
    assert parse(GOOD).place(("deals", "amd", "capacity"), key=True) == (4, 5)


@pytest.mark.parametrize("path", [("deals", "amd", "x", "y"), ("deals", "amd", 3), ("deals", "amd", "capacity", "x")])
def test_what_was_not_written_is_placed_at_what_is_around_it(path):
    document = parse(GOOD)
    around = path[:3] if path[2] == "capacity" else path[:2]
    assert document.place(path) == document.place(around)


@pytest.mark.parametrize("step", [5, -1, "1"])
def test_a_position_outside_a_list_is_placed_at_the_list(step):
    assert parse(GOOD).place(("deals", "amd", "phases", step)) == (6, 7)


def test_a_problem_carries_file_place_and_dotted_path():
    problem = parse(GOOD, "mine.yaml").problem(("deals", "amd", "phases", 1, "gw"), "too much")
    assert str(problem) == "mine.yaml:7:13: deals.amd.phases[1].gw: too much"


def test_a_name_that_is_no_plain_word_is_quoted_in_a_path():
    assert dotted(("deals", "gpt 5.1", 2, "x")) == 'deals["gpt 5.1"][2].x'


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_numbers_are_those_of_an_editor(newline, parser):
    text = "\ufeff" + GOOD.replace("\n", newline)
    assert parse(text).place(("deals", "amd", "capacity")) == (4, 15)


# ---- what is refused ----


def test_a_duplicate_key_names_both_places(parser):
    assert refused("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n") == [
        "2:11: b.c: the key `c` is written twice, first at line 2, column 5; keep one",
        "3:1: a: the key `a` is written twice, first at line 1, column 1; keep one",
        "4:1: a: the key `a` is written twice, first at line 1, column 1; keep one",
    ]


@pytest.mark.parametrize("key", ["2026", "true", "1.5", "null"])
def test_a_key_that_is_no_text_is_refused_with_the_quoted_form(key, parser):
    assert only(f"a:\n  {key}: x") == f'2:3: a: a key is a text, but `{key}` is not: quote it, as in `"{key}":`'


@pytest.mark.parametrize("key", ["{b: 1}", "[b]", "{}", "*n"])
def test_a_key_that_is_no_word_is_refused(key, parser):
    assert only(f"n: &n x\n? {key}\n: 1\n").startswith("2:3: a key is a text, but this is ")


def test_words_that_yaml_1_1_took_for_truth_values_are_keys():
    assert parse("on: 1\nNO: 2\ny: 3").data == {"on": 1, "NO": 2, "y": 3}


def test_a_merge_key_points_to_extends(parser):
    assert only("b: &b {x: 1}\na:\n  <<: *b\n") == (
        "3:3: a: merge keys (`<<`) are not supported; to build on another scenario write `extends: name`"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("!!python/object:os.system x", "!!python/object:os.system"),
        ("!!str 1", "!!str"),
        ("!mine {a: 1}", "!mine"),
        ("! x", "!"),
        ("!mine [1]", "!mine"),
    ],
)
def test_a_tag_is_refused(text, shown, parser):
    assert only(f"x: {text}") == (
        f"1:4: x: the tag `{shown}` is not allowed; remove it, and quote the value if it is a text"
    )


def test_a_second_document_is_refused(parser):
    assert only("a: 1\n---\nb: 1").startswith("2:1: a second document starts here")


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "null", "\ufeff"])
def test_an_empty_text_is_refused(text, parser):
    assert "there is nothing in it; expected keys with values" in only(text)


@pytest.mark.parametrize(
    ("text", "what"), [("[1]", "a list"), ("a text", "the text `a text`"), ("7", "the number `7`"), ("no: x\n", "")]
)
def test_only_a_mapping_can_be_at_the_top(text, what):
    if what:
        assert only(text).startswith(f"1:1: the whole of it is {what}; expected keys")
    else:
        assert parse(text).data == {"no": "x"}


def test_all_problems_up_to_the_first_error_of_syntax_are_told_at_once(parser):
    problems = refused("a: 1\na: .nan\nb: !x 1\n7: 1\nc: *none\nd: 'open\n")
    assert [problem.split(":")[0] for problem in problems] == ["2", "2", "3", "4", "5", "6"]
    assert "this quote is never closed" in problems[-1]


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ("a:\n\tb: 1", "2:1", "a tab is used to indent this line"),
        ("a: 1\nb:\n  c: 1\n\td: 2", "4:1", "a tab is used to indent this line"),
        ("a: b: c", "1:5", "quote a text that contains `: `"),
        ("a:\n  b: 1\n c: 2", "3:2", "this line does not fit the ones above it"),
        ("a: 'x' y", "1:8", "the value before this has ended"),
        ("a: 1\nb\n", "2:1", "there is no `:` after this"),
        ("a: @x", "1:4", "a text cannot start with `@`"),
        ("a: %x", "1:4", "a text cannot start with `%`"),
        ("x: 1\na: [1, 2\nb: 3", "2:4", "this `[` is not closed"),
        ("a: {x: 1\nb: 3", "1:4", "this `{` is not closed"),
        ("a: - b", "1:4", "a list cannot start here"),
        ("a: *", "1:4", "`*` stands for an anchor"),
        ("a: ]", "1:4", "a value is missing before this"),
        ("{a: 1} b", "1:8", "everything has ended before this"),
        ("a: |x\n y", "1:4", "the text starts on the next line"),
        ("%YAML 2.0\n---\na: 1", "1:1", "is a directive of YAML"),
    ],
)
def test_an_error_of_syntax_is_told_in_words_with_its_fix(text, place, part, parser):
    problem = only(text)
    assert problem.startswith(f"{place}: ")
    assert part in problem


@pytest.mark.parametrize("escape", [r"\q", r"\ud800", r"\UFFFFFFFF", r"\x1"])
def test_a_wrong_escape_is_refused(escape, parser):
    assert refused(f'a: "{escape}"')


@pytest.mark.parametrize(
    ("char", "code"),
    [("\0", "U+0000"), ("\x1b", "U+001B"), ("\ud800", "U+D800"), ("\ufeff", "U+FEFF"), ("\u2028", "U+2028")],
)
def test_a_control_character_is_refused_at_its_place(char, code):
    assert only(f"a: 1\nb: x{char}y").startswith(f"2:5: the character {code} cannot be part of a scenario")


# ---- bounds ----


def test_an_alias_is_a_copy_of_its_anchor():
    data = parse(GOOD).data
    assert data["deals"]["other"] == data["deals"]["amd"]
    assert data["deals"]["other"] is not data["deals"]["amd"]


def test_an_alias_without_anchor_suggests_one(parser):
    assert "Did you mean `amd`?" in only("a: &amd 1\nb: *adm")


def test_an_alias_of_what_contains_it_is_refused(parser):
    assert only("a: &x\n  b: [*x]").startswith("2:7: a.b[0]: `*x` stands for something that contains it")


def test_a_thousand_million_laughs_are_refused_at_once(parser):
    lines = ["l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "more than 100,000 values" in only("\n".join(lines))


@pytest.mark.parametrize("item", [".nan", "*none", "!x 1"])
def test_endless_problems_are_cut_short(item):
    problems = refused(f"a: [{', '.join([item] * 5000)}]")
    assert len(problems) == 201
    assert any(problem.endswith("these are 200 problems; what follows was not read") for problem in problems)


def test_aliases_cannot_hide_depth(parser):
    deep = "\n".join(f"k{n}: &k{n} {'[' * 30}{f'*k{n - 1}' if n else '1'}{']' * 30}" for n in range(4))
    assert "nested deeper than 64" in only(deep)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(opening, parser):
    assert any("nested deeper than 64" in problem for problem in refused(opening * 2000))


def test_sixty_four_levels_are_read():
    assert parse("{a: " * 64 + "1" + "}" * 64).data["a"]
    assert "nested deeper" in only("{a: " * 65 + "1" + "}" * 65)


def test_five_thousand_lines_are_read_whole():
    deal = "    system: MI450\n    phases:\n      - {gw: 1, at: 2026-H2}\n      - gw: 2.5\n        at: 2027-03\n"
    text = "deals:\n" + "".join(f"  deal_{n}:\n{deal}" for n in range(833))
    assert len(parse(text).data["deals"]) == 833


# ---- files ----


def test_a_file_keeps_the_name_the_user_gave(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text("x: 1\n")
    monkeypatch.chdir(tmp_path)
    document = read("a.yaml")
    assert (document.file, document.data) == ("a.yaml", {"x": 1})


def test_a_json_file_just_works(tmp_path):
    data = {"a": [1, 2.5, None, True], "b": {"c": 'é " \\ / 🚀 \\ud83d'}, "2": "", "d": []}
    file = tmp_path / "a.json"
    for options in ({}, {"indent": 2}, {"indent": "\t"}, {"ensure_ascii": False}, {"separators": (",", ":")}):
        file.write_text(json.dumps(data, **options), encoding="utf-8")
        assert read(file).data == data


def test_a_byte_order_mark_is_ignored(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfx: 1\n")
    assert read(tmp_path / "a.yaml").data == {"x": 1}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_named(tmp_path, encoding):
    (tmp_path / "a.yaml").write_bytes("name: x\n".encode(encoding))
    assert f"is written in {encoding[:6].upper()}; save it as UTF-8" in unreadable(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\nb: \xe9t\xe9", ":2:4: byte 9 of the file is 0xE9, which is not UTF-8"),
        ("é: 1\né".encode() + b"\xff", ":2:2: byte 9 of the file is 0xFF"),
        (b"abc: 1\n\0\0", ":2:1: byte 8 of the file is zero, so this is a binary file"),
        (b"PK\x03\x04\x14\0", "this is a zip archive, as Excel workbooks are"),
    ],
)
def test_a_file_that_is_no_text_says_where(tmp_path, content, expected):
    (tmp_path / "a.yaml").write_bytes(content)
    assert expected in unreadable(tmp_path / "a.yaml")


def test_a_file_of_fifty_megabytes_is_refused_without_reading_it(tmp_path):
    file = tmp_path / "big.yaml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    tracemalloc.start()
    try:
        assert "the file has 50.0 MB; a scenario has at most 5 MB" in unreadable(file)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_text_of_more_than_five_megabytes_is_refused():
    assert "at most 5 MB" in only("a" * (LARGEST_FILE + 1))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without size or end")
def test_a_stream_without_end_is_refused():
    assert "more than 5 MB" in unreadable("/dev/zero")


def test_a_missing_file_suggests_its_neighbour(tmp_path):
    (tmp_path / "stargate.yaml").touch()
    (tmp_path / "notes.txt").touch()
    problem = unreadable(tmp_path / "stargat.yaml")
    assert problem.endswith("there is no such file. Known: stargate.yaml. Did you mean `stargate.yaml`?")


def test_a_missing_folder_is_named(tmp_path):
    assert f"there is no folder `{tmp_path / 'none'}`" in unreadable(tmp_path / "none" / "a.yaml")


def test_a_folder_lists_the_files_in_it(tmp_path):
    (tmp_path / "a.yaml").touch()
    assert "this is a folder; name a file in it. Known: a.yaml." in unreadable(tmp_path)


def test_a_refused_permission_is_told_in_words(tmp_path, monkeypatch):
    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.yaml").touch()
    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert "you have no permission to read this file" in unreadable(tmp_path / "a.yaml")


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_no_file_can_have_is_refused(name):
    assert unreadable(name)


# ---- one value ----


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5 GW", "5 GW"), ("0.3", 0.3), ("", None), ("[1, 2]", [1, 2]), ("true", True), ("{a: 1}", {"a": 1})],
)
def test_one_value_is_read_as_yaml(text, expected):
    assert value(text) == expected


# ---- laws ----

TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="\ufeff"), max_size=8
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def endures(text):
    """Reads a text, allowing no outcome but a document or a ScenarioError with a message and sound places."""
    try:
        document = parse(text)
    except ScenarioError as error:
        assert error.problems
        assert all(problem.message and problem.line >= 0 for problem in error.problems)
    else:
        assert isinstance(document.data, dict)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?,~<0.\n\t \\u", max_size=60))
def test_no_text_ends_in_anything_but_a_document_or_a_scenario_error(text):
    endures(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?,~<0.\n\t \\u", max_size=60))
def test_the_pure_python_parser_is_as_well_behaved(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "_PARSER", yaml.SafeLoader)
        endures(text)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=80))
def test_no_bytes_end_in_anything_but_a_document_or_a_scenario_error(content, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(content)
    try:
        assert isinstance(read(file).data, dict)
    except ScenarioError as error:
        assert error.problems


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 6), st.text(alphabet="ab:-[]{}&*!'\"\t \n.0", max_size=3))
def test_no_slip_of_the_pen_in_a_good_file_ends_in_a_traceback(at, cut, insert):
    endures(GOOD[:at] + insert + GOOD[at + cut :])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXT, DATA, max_size=4), st.booleans())
def test_what_json_writes_is_read_back(data, ascii_only):
    assert parse(json.dumps(data, ensure_ascii=ascii_only)).data == data


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXT, DATA, max_size=4))
def test_every_place_is_where_the_value_begins(data):
    text = json.dumps(data, indent=1, ensure_ascii=False)
    document, lines = parse(text), text.splitlines()

    def check(path, inner):
        line, column = document.place(path)
        start = json.dumps(inner, ensure_ascii=False)[:1]
        assert lines[line - 1][column - 1] == start, path
        children = inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        for step, child in children:
            check((*path, step), child)

    check((), data)
