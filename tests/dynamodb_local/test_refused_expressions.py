"""Expressions that nobody has compared with Amazon's engine end a seed.

Some of them DynamoDB would take, some it would answer with an error; no handler sees either.
"""

from typing import Any, Final

import pytest

from tests.dynamodb_local.pairs import TABLE, Document, expressions, key, refused
from tests.simulation.aws.dynamodb import MotoDynamoDB

WHERE: Final[Document] = {"TableName": TABLE, "Key": key()}

CONDITIONS: Final[list[tuple[str, dict[str, Any] | None]]] = [
    *((text, None) for text in ("", " ", "n", "n = 5", "n = 'x'", "n = n", "n IN ()", "()")),
    *((text, None) for text in ("attribute_exists()", "attribute_exists(n, t)", "unknown(n)")),
    *((text, None) for text in ("ATTRIBUTE_EXISTS(n)", "attribute_exists(size(n))")),
    *((text, None) for text in ("attribute_exists(m.k)", "attribute_exists(l[0])", "m.k = n")),
    *((text, None) for text in ("attribute_exists(name)", "attribute_exists(size)", "Name = n")),
    *((text, None) for text in ("contains(t, n)", "begins_with(t, n)", "begins_with(t)", "t")),
    *((text, None) for text in ("_n = t", "1n = t", "a-b = t", "ä = t", "n == t", "n != t")),
    *((text, None) for text in ("n = t AND", "AND n = t", "n = t extra", "(n = t", "n = t)")),
    *((text, None) for text in ("((n = t))", "((n = t) AND t = n)", "n = t and t = n", "n = (t)")),
    *((text, {":v": 1}) for text in (":v = n", ":v = :v", "n = n + :v", "m.k = :v", "l[0] = :v")),
    *((text, {":v": 1}) for text in ("size(n) = :v", "n BETWEEN n AND :v", "n IN (:v, t)")),
    *((text, {":v": 1}) for text in ("begins_with(t, :v)", "contains(l, :v)", "contains(:v, n)")),
    *((text, {":v": "S"}) for text in ("attribute_type(n, :v)", "n = :w", "attribute_exists(n)")),
    *((text, {":v": True}) for text in ("n < :v", "n BETWEEN :v AND :v", "begins_with(n, :v)")),
    *((text, {":v": b"AQID"}) for text in ("n < :v", "begins_with(n, :v)", "contains(n, :v)")),
    *((text, {":v": {"a"}}) for text in ("n >= :v", "contains(n, :v)", "n BETWEEN :v AND :v")),
    ("n BETWEEN :v AND :w", {":v": 2, ":w": 1}),
    ("n BETWEEN :v AND :w", {":v": 1, ":w": "2"}),
    ("n = :v", {":v": 1, ":w": 1}),
    ("n = :v", {":v": 1, "w": 1}),
    ("n = :v", {}),
    ("n = :v", None),
]
UPDATES: Final[list[tuple[str, dict[str, Any] | None]]] = [
    *((text, None) for text in ("", "SET", "n = t", "SET n", "SET n = t,", "SET n = t AND t = n")),
    *((text, None) for text in ("REMOVE l[0]", "REMOVE m.k", "REMOVE n = t", "REMOVE name", "n")),
    *((text, None) for text in ("SET n = m.k", "SET n = l[0]", "SET m.k = n", "SET l[0] = n")),
    *((text, None) for text in ("SET n = list_append(l, l)", "SET n = size(t)", "SET n = f(t)")),
    *((text, None) for text in ("SET n = t + t + t", "SET n = (t)", "SET n = 1", "ADD n t")),
    *((text, None) for text in ("SET n = t SET t = n", "SET n = t REMOVE n", "SET n = t, n = l")),
    *((text, None) for text in ("set n = t", "SET n = if_not_exists(n, t)", "SET n : t")),
    *((text, None) for text in ("REMOVE pk", "SET sk = n", "SET n = if_not_exists(n)")),
    *((text, {":v": 1}) for text in ("SET pk = :v", "ADD pk :v", "SET :v = :v", "ADD x = :v")),
    *((text, {":v": 1}) for text in ("DELETE n :v", "ADD m.k :v", "SET n = if_not_exists(:v, :v)")),
    *((text, {":v": 1}) for text in ("SET n = if_not_exists(n, if_not_exists(t, :v))", "REMOVE n")),
    *((text, {":v": "1"}) for text in ("SET n = n + :v", "ADD n :v", "DELETE n :v", "SET n = :w")),
    ("ADD l :v", {":v": [1]}),
    ("SET n = :v + :w", {":v": 10**38 - 1, ":w": 1}),
    ("SET n = :v - :w", {":v": 1 - 10**38, ":w": 1}),
    ("SET items_of = :v", {":v": ""}),
    ("SET items_of = :v", {":v": 1}),
    ("SET items_of = :v", {":v": "x" * 2049}),
    ("SET n = :v", {":v": "x" * 400_000}),
]


@pytest.mark.parametrize(("text", "values"), CONDITIONS)
def test_condition(engine: MotoDynamoDB, text: str, values: dict[str, Any] | None) -> None:
    document = WHERE | expressions(values, ConditionExpression=text)
    refused(engine, "DeleteItem", document)


@pytest.mark.parametrize("names", [{"#n": ""}, {"#n": "n", "#t": "t"}, {"#n": "t"}, {"#t": "n"}])
def test_names(engine: MotoDynamoDB, names: dict[str, str]) -> None:
    refused(engine, "DeleteItem", WHERE | expressions(None, names, ConditionExpression="#n = t"))


@pytest.mark.parametrize(("text", "values"), UPDATES, ids=lambda part: str(part)[:40])
def test_update(engine: MotoDynamoDB, text: str, values: dict[str, Any] | None) -> None:
    refused(engine, "UpdateItem", WHERE | expressions(values, UpdateExpression=text))
    part = {"Update": WHERE | expressions(values, UpdateExpression=text)}
    doomed = {"ConditionCheck": WHERE | {"Key": key("b"), "ConditionExpression": "n = t"}}
    refused(engine, "TransactWriteItems", {"TransactItems": [doomed, part]})
