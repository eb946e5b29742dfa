"""waybill.aws: botocore's data, read with less, says what it says."""

import re
from collections import OrderedDict

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from tests.support.template import ROOT
from waybill import aws

_CLIENT = re.compile(r'\bclient(?:_without_retries)?\("(\w+)"\)')
SERVICES = sorted(
    {
        service
        for folder in ("functions", "layers/shared/python")
        for path in (ROOT / folder).rglob("*.py")
        for service in _CLIENT.findall(path.read_text())
    }
)


@pytest.fixture(name="loader")
def _loader():
    return aws._session().get_component("data_loader")


def test_what_aws_refuses_for_a_moment_is_tried_again_unless_it_must_not_happen_twice(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "testing")
    patient, once = aws.client("dynamodb"), aws.client_without_retries("sns")
    assert patient.meta.config.retries == {"mode": "standard", "total_max_attempts": 4}
    assert once.meta.config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_the_services_are_found():
    assert {"dynamodb", "events", "secretsmanager", "sesv2", "sns", "sqs"} <= set(SERVICES)


@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1"])
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_described_as_botocore_describes_it(loader, service, kind):
    assert loader.load_service_model(service, kind) == Loader().load_service_model(service, kind)


@pytest.mark.parametrize("name", ["endpoints", "partitions", "sdk-default-configuration"])
def test_what_is_no_services_is_the_same_too(loader, name):
    assert loader.load_data(name) == Loader().load_data(name)


def test_documents_are_plain(loader):
    model = loader.load_service_model("dynamodb", "service-2")
    assert not isinstance(model, OrderedDict)
    assert not isinstance(model["operations"], OrderedDict)


def test_a_service_that_is_none_is_refused(loader):
    with pytest.raises(UnknownServiceError):
        loader.load_service_model("dynamo", "service-2")


def test_a_document_of_another_form_is_left_to_botocore(loader, tmp_path):
    assert loader.file_loader.load_file(str(tmp_path / "none")) is None
