"""The fixture itself: the mocked account is what the template describes."""

import os

from tests.support.template import functions, resources


def test_every_table_of_the_template_exists(aws):
    names = set(aws.client("dynamodb").list_tables()["TableNames"])
    assert names == set(resources("AWS::DynamoDB::Table"))


def test_every_variable_a_function_is_given_is_set(aws, monkeypatch):
    given = {
        name
        for properties in functions().values()
        for name in properties.get("Environment", {}).get("Variables", {})
    }
    assert given
    assert given <= set(os.environ)
