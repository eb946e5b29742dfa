"""waybill.problems: RFC 9457 documents, one tree, one writer."""

import json
from collections import Counter
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from waybill import problems
from waybill.problems import FieldError, Problem


def tree(root: type[Problem] = Problem) -> list[type[Problem]]:
    return [root, *(found for child in root.__subclasses__() for found in tree(child))]


CONCRETE = [cls for cls in tree() if cls is not Problem and cls.__module__ == "waybill.problems"]


def read(problem: Problem, correlation_id: str = "req-1") -> dict:
    return json.loads(problem.body(correlation_id))


@pytest.mark.parametrize("cls", CONCRETE)
def test_every_problem_names_type_title_and_status(cls):
    document = read(cls("what happened"))
    assert document["type"] == f"urn:problem-type:waybill:{cls.slug}"
    assert document["title"] == cls.title
    assert document["status"] == cls.status
    assert document["detail"] == "what happened"
    assert document["instance"] == "urn:waybill:request:req-1"
    assert 400 <= cls.status <= 599


def test_no_two_problems_share_a_type():
    assert max(Counter(cls.slug for cls in CONCRETE).values()) == 1


def test_the_tree_in_the_docstring_is_the_tree():
    for cls in CONCRETE:
        assert f" {cls.__name__} {cls.status}" in problems.__doc__


def test_what_is_empty_is_left_out():
    document = read(problems.NotFound(), "")
    assert set(document) == {"type", "title", "status"}


def test_field_errors_and_extensions_stand_beside():
    problem = problems.Conflict("known", errors=[FieldError("/a", "b")], order="/v1/orders/1")
    document = read(problem)
    assert document["errors"] == [{"pointer": "/a", "detail": "b"}]
    assert document["order"] == "/v1/orders/1"


def test_an_unauthenticated_answer_says_how():
    assert problems.Unauthenticated().headers == {"WWW-Authenticate": "Bearer"}


def test_an_unavailable_answer_says_when():
    assert problems.Unavailable("try again").headers == {"Retry-After": "1"}


def refuse(_text: str) -> str:
    raise ValueError("letters only")


class Inner(BaseModel):
    amount: int = Field(ge=1)


class Body(BaseModel, extra="forbid"):
    lines: list[Inner]
    tags: dict[str, int] = {}


def refusal(text: str) -> Problem:
    with pytest.raises(ValidationError) as caught:
        Body.model_validate_json(text)
    return problems.from_validation(caught.value)


@pytest.mark.parametrize("text", ["", "{", "nonsense", '{"lines": [}', "\ufeff{}", "[" * 100_000])
def test_broken_json_is_400(text):
    assert isinstance(refusal(text), problems.MalformedRequest)


class Checked(BaseModel):
    sku: Annotated[str, AfterValidator(refuse)]


def test_a_validators_words_are_told_as_they_are():
    with pytest.raises(ValidationError) as caught:
        Checked(sku="a")
    assert problems.from_validation(caught.value).errors == [FieldError("/sku", "letters only")]


def test_invalid_utf8_is_400():
    with pytest.raises(ValidationError) as caught:
        Body.model_validate_json(b'{"lines": "\xff"}')
    assert problems.from_validation(caught.value).status == 400


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("{}", "/lines"),
        ("[]", ""),
        ('{"lines": [{"amount": 1}, {"amount": 0}]}', "/lines/1/amount"),
        ('{"lines": [], "colour": 1}', "/colour"),
        ('{"lines": [], "tags": {"a/b~c": "x"}}', "/tags/a~1b~0c"),
    ],
)
def test_wrong_fields_are_422_with_json_pointers(text, pointer):
    problem = refusal(text)
    assert problem.status == 422
    assert [error.pointer for error in problem.errors] == [pointer]


class Kind(StrEnum):
    ONE = "one"
    TWO = "two"


class Named(BaseModel):
    kind: Literal[Kind.ONE, Kind.TWO] = Kind.ONE
    tags: dict[Annotated[str, Field(min_length=1)], str] = {}


@pytest.mark.parametrize(
    ("text", "pointer", "detail"),
    [
        ('{"kind": "six"}', "/kind", "Input should be 'one' or 'two'"),
        ('{"tags": {"": "x"}}', "/tags/", "its name: String should have at least 1 character"),
    ],
)
def test_nothing_of_python_is_told(text, pointer, detail):
    with pytest.raises(ValidationError) as caught:
        Named.model_validate_json(text)
    assert problems.from_validation(caught.value).errors == [FieldError(pointer, detail)]


def test_no_input_value_is_quoted():
    problem = refusal('{"lines": [{"amount": "canary@mail.example"}]}')
    assert "canary" not in problem.body("")


def test_a_field_problem_has_its_pointer():
    problem = problems.field_problem("/name", "taken")
    assert (problem.status, problem.errors) == (422, [FieldError("/name", "taken")])
