"""Reading YAML: what is refused and how that is said, what plain text means; what is written reads back the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Discriminator, Field, field_validator, model_validator

from sim.yamlfile import DEPTH, LIMIT, FileError, PlacedError, dotted, dump, read, suggestion, validate

ALIAS_BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"


def refusal(text: str, **options: Any) -> str:
    with pytest.raises(FileError) as caught:
        read(("f.yaml", text), **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("---\n~\n", 1, "the file is empty"),
        ("- a\n- b\n", 1, "expected keys with values at the top, found a list"),
        ("just words\n", 1, "found 'just words'"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\nb: \x07\n", 2, "not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "key given twice: a; first on line 1"),
        ("a:\n  x: 1\n  x: 2\n", 3, "key given twice: x; first on line 2"),
        ("a: 1\nb: &name 2\n", 2, "anchors and aliases are not allowed: &name"),
        ("a: 1\n\nb: *name\n", 3, "anchors and aliases are not allowed: *name"),
        (ALIAS_BOMB, 1, "anchors and aliases are not allowed: &a"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tags are not allowed"),
        ("a: 1\nb: !!str 2\n", 2, "tags are not allowed"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: 1\n2021: x\n", 2, 'keys are text: 2021; put it in quotes: "2021"'),
        ("a: 1\ntrue: x\n", 2, 'put it in quotes: "true"'),
        ("a: 1\n? [b]\n: 2\n", 2, "a list or a block stands where a key should"),
        ("a: 1\nb: .inf\n", 2, "not a finite number: .inf"),
        ("a: 1\nb: -.INF\n", 2, "not a finite number: -.INF"),
        ("a: 1\nb: .nan\n", 2, "not a finite number: .nan"),
        ("a: 1\nb: 1e999\n", 2, "the number is too large: 1e999"),
        ("a: 1\nb: " + "9" * 5000 + "\n", 2, "the number is too large"),
        ('a: 1\nb: "x\\0y"\n', 2, "a NUL character"),
        ("a: 1\nb: " + "[" * DEPTH + "]" * DEPTH, 2, f"{DEPTH} levels are allowed"),
        ("a: " + "[" * 100_000, 1, f"{DEPTH} levels are allowed"),
        ("a: \ud800\n", 1, "the text is not UTF-8"),
    ],
)
def test_refused_with_file_line_and_reason(text: str, line: int, says: str) -> None:
    message = refusal(text)
    assert message.startswith(f"f.yaml:{line}: ")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"a: 1\nb: \x00\x01\x02\n", 2, "this is a binary file (a NUL byte at 8)"),
        (b"a: 1\nb: caf\xe9\n", 2, "the text is not UTF-8: byte 0xe9 at offset 11"),
        ("a: 1\n".encode("utf-16"), 1, "this is a binary file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 3, "this is a binary file"),
        (b"x: " + b"y" * LIMIT, 1, "the file is too large; at most 256 KiB are allowed"),
    ],
)
def test_refused_bytes(tmp_path: Path, raw: bytes, line: int, says: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    with pytest.raises(FileError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:{line}: {says}")


def test_refused_paths(tmp_path: Path) -> None:
    for path, says in ((tmp_path, "this is a folder"), (tmp_path / "no.yaml", "there is no such file")):
        with pytest.raises(FileError, match=says):
            read(path)
    with pytest.raises(FileError, match="cannot be read"):
        read("a\0b")


def test_size_limit_can_be_raised_and_is_exact() -> None:
    text = "x: " + "y" * (LIMIT - 3)
    assert len(read(("f.yaml", text)).data["x"]) == LIMIT - 3
    assert "256 KiB" in refusal(text + "y")
    assert len(read(("f.yaml", text + "y"), limit=LIMIT + 1).data["x"]) == LIMIT - 2


def test_error_class_is_the_readers() -> None:
    class OwnError(FileError):
        pass

    with pytest.raises(OwnError):
        read(("f.yaml", "["), error=OwnError)
    with pytest.raises(OwnError):
        validate(read(("f.yaml", "a: 1"), error=OwnError), Lecture)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        *((word, word) for word in ("yes", "no", "on", "off", "Yes", "y", "n")),
        *((word, word) for word in ("2021-08", "2021-08-15", "2021-08-15T10:00:00Z", "12:30:00", "190:20:30")),
        *((word, word) for word in ("007", "002.11", "0x1F", "0o17", "1_000", "1,5", "1e", "e3", ".", "inf", "nan")),
        ("1e3", 1000.0),
        ("2.5E-3", 0.0025),
        (".5", 0.5),
        ("1.", 1.0),
        ("-2", -2),
        ("+3", 3),
        ("9223372036854775807", 2**63 - 1),
        ("", None),
        ("~", None),
        ("null", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
    ],
)
def test_what_a_plain_value_means(text: str, value: object) -> None:
    found = read(("f.yaml", f"a: {text}\n")).data["a"]
    assert found == value
    assert type(found) is type(value)


def test_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: caf\xc3\xa9\n")
    assert read(path).data == {"a": "café"}


def test_lines() -> None:
    document = read(("f.yaml", "a: 1\nb:\n  - x\n  - y: 1\n    z:\n      2\nc: {d: 1,\n  e: 2}\n"))
    places = [("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "z"), ("c", "d"), ("c", "e")]
    assert [document.line(place) for place in places] == [1, 2, 3, 4, 5, 7, 8]
    assert document.line(("b", 1, "nothing", "there")) == 4
    assert document.line(("nothing",)) == 1
    assert str(document.problem(("c", "e"), "is odd")) == "f.yaml:8: is odd"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    | st.sampled_from(["1e3", "yes", "007", "2021-08", "null", "~", ".inf", "1e999", "9" * 30, "a: b", "# no", "- x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abyn019 .e", max_size=5), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text("abyn019 .e", min_size=1, max_size=5), values, min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(data: dict[str, Any]) -> None:
    back = read(("f.yaml", dump(data))).data
    assert back == data
    assert repr(back) == repr(data)


# Validation ---------------------------------------------------------------------------------------------------------


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    share: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.0
    size: Annotated[int, Field(strict=True, ge=1)] | None = None
    kind: Literal["small", "large"] = "small"
    from_: str | None = Field(default=None, alias="from")

    @field_validator("from_")
    @classmethod
    def _is_dated(cls, value: str) -> str:
        if not value.startswith("20"):
            raise ValueError("is not a date; allowed: YYYY-MM")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Part:
        if self.kind == "small" and self.size == 99:
            raise PlacedError("is not small; allowed: at most 98", at=("size",))
        return self


class Round(BaseModel):
    model_config = ConfigDict(extra="forbid")
    shape: Literal["round"]
    radius: Annotated[float, Field(strict=True, gt=0)] = 1.0


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    shape: Literal["square"]
    side: float = 1.0


class Lecture(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(max_length=20)
    levers: dict[Literal["aid", "trade"], Annotated[float, Field(strict=True, ge=0, le=1)]] = Field(
        default_factory=dict
    )
    parts: tuple[Part, ...] = ()
    shape: Annotated[Round | Square, Discriminator("shape")] | None = None
    open: bool = Field(default=True, strict=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("open: true", "1: title is missing; it has to be given"),
        (
            "title: t\ntitel: u",
            "2: unknown key: titel (did you mean 'title'?); allowed: title, levers, parts, shape, open",
        ),
        ("title: t\nlevers:\n  aid: 1.5", "3: levers.aid is out of range: 1.5; allowed: 0 to 1"),
        (
            "title: t\nlevers:\n  aid: yes",
            "3: levers.aid has the wrong type: 'yes'; allowed: a number, 0 to 1",
        ),
        ("title: t\nlevers:\n  aid: true", "3: levers.aid has the wrong type: true; allowed: a number, 0 to 1"),
        ("title: t\nlevers:\n  aidd: 1", "3: unknown key: levers.aidd (did you mean 'aid'?); allowed: aid, trade"),
        ("title: t\nlevers:\n", "2: levers has the wrong type: nothing; allowed: a block of keys"),
        ("title: 3", "1: title has the wrong type: 3; allowed: text"),
        ("title: " + "x" * 21, "1: title is too long: 21 characters; allowed: at most 20"),
        ("title: t\nopen: on", "2: open has the wrong type: 'on'; allowed: true or false"),
        ("title: t\nparts: x", "2: parts has the wrong type: 'x'; allowed: a list"),
        ("title: t\nparts:\n- 3", "3: parts[0] has the wrong type: 3; allowed: a block of keys"),
        (
            "title: t\nparts:\n- share: 1\n- size: 0",
            "4: parts[1].size is out of range: 0; allowed: at least 1",
        ),
        (
            "title: t\nparts:\n- kind: smal",
            "3: parts[0].kind is not one of the choices: 'smal' (did you mean 'small'?); allowed: small, large",
        ),
        ("title: t\nparts:\n- from: 1990", "3: parts[0].from has the wrong type: 1990; allowed: text"),
        ("title: t\nparts:\n- from: '1990'", "3: parts[0].from is not a date: '1990'; allowed: YYYY-MM"),
        (
            "title: t\nparts:\n- kind: small\n  size: 99",
            "4: parts[0].size is not small: 99; allowed: at most 98",
        ),
        (
            "title: t\nparts:\n- form: x",
            "3: unknown key: parts[0].form (did you mean 'from'?); allowed: share, size, kind, from",
        ),
        (
            "title: t\nshape:\n  shape: round\n  radius: 0",
            "4: shape.radius is out of range: 0; allowed: more than 0",
        ),
        (
            "title: t\nshape:\n  shape: round\n  side: 0",
            "4: unknown key: shape.side; allowed: shape, radius",
        ),
        (
            "title: t\nshape:\n  shape: rond",
            "3: shape.shape is not one of the choices: 'rond' (did you mean 'round'?); allowed: round, square",
        ),
        ("title: t\nshape:\n  side: 2", "2: shape.shape is missing; it has to be given"),
    ],
)
def test_validation_says_where_what_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(FileError) as caught:
        validate(read(("f.yaml", text)), Lecture)
    assert str(caught.value) == f"f.yaml:{message}"


def test_every_problem_is_listed_once_with_its_line() -> None:
    with pytest.raises(FileError) as caught:
        validate(read(("f.yaml", "levers: {aid: 2, trade: -1}\nopen: 1\n")), Lecture)
    assert [problem.split(": ")[0] for problem in caught.value.problems] == [*["f.yaml:1"] * 3, "f.yaml:2"]
    assert str(caught.value) == "\n".join(caught.value.problems)


def test_many_problems_are_cut_short() -> None:
    text = "title: t\nparts:\n" + "- share: 2\n" * 50
    with pytest.raises(FileError) as caught:
        validate(read(("f.yaml", text)), Lecture)
    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1] == "f.yaml:1: and 30 more problems"


def test_validate_a_part_of_a_document() -> None:
    document = read(("f.yaml", "all:\n  one:\n    share: 0.5\n  two:\n    share: 5\n"))
    assert validate(document, Part, ("all", "one")).share == 0.5
    with pytest.raises(FileError, match=r"f\.yaml:5: share is out of range: 5"):
        validate(document, Part, ("all", "two"))


def test_suggestion_lists_the_closest_of_many() -> None:
    words = suggestion("name7", [f"name{n}" for n in range(100)])
    assert words.startswith(" (did you mean 'name7'?); allowed: name7, ")
    assert words.endswith("and 95 more")
    assert suggestion("zzz", ["aid"]) == "; allowed: aid"


def test_dotted() -> None:
    assert dotted(("changes", 0, "levers", "aid")) == "changes[0].levers.aid"
