"""botocore's way of a DynamoDB request, without what changes neither the request nor the answer.

What DynamoDB speaks is JSON whose forms are those of botocore's Python values, but for bytes.
Validating it, walking through it by the service's model, resolving its endpoint and signing it
takes most of a seed's time. Retries, tokens of transactions and errors stay botocore's own.
"""

import base64
import json
from functools import partial
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.endpoint import Endpoint, convert_to_response_dict
from botocore.handlers import generate_idempotent_uuid
from botocore.hooks import first_non_none_response
from botocore.model import OperationModel

_SERVICE: Final = "dynamodb"
_TARGET: Final = "DynamoDB_20120810"
_REFUSED: Final = 300
"""The lowest status that is no success."""


def shorten(client: Any) -> None:
    """Let a client of DynamoDB take the short way from now on."""
    client._endpoint = _Endpoint(client._endpoint)
    client._make_api_call = partial(_call, client)


def _call(client: Any, operation: str, document: dict[str, Any]) -> dict[str, Any]:
    model = client.meta.service_model.operation_model(operation)
    context = {"client_config": client.meta.config, "client_region": client.meta.region_name}
    generate_idempotent_uuid(document, model)
    body = json.dumps(document, default=_base64).encode()
    answer: AWSResponse
    answer, parsed = client._endpoint.make_request(model, {"body": body, "context": context})
    client.meta.events.emit(
        f"after-call.{_SERVICE}.{operation}",
        http_response=answer,
        parsed=parsed,
        model=model,
        context=context,
    )
    if answer.status_code < _REFUSED:
        read: dict[str, Any] = parsed
        return read
    raise client.exceptions.from_code(parsed.get("Error", {}).get("Code"))(parsed, operation)


class _Endpoint(Endpoint):  # type: ignore[misc]
    """botocore's endpoint with its retries; requests and answers are made the short way."""

    def __init__(self, real: Endpoint) -> None:
        vars(self).update(vars(real))

    def create_request(
        self, params: dict[str, Any], operation_model: OperationModel
    ) -> AWSPreparedRequest:
        target = {"X-Amz-Target": f"{_TARGET}.{operation_model.name}"}
        return AWSPreparedRequest("POST", self.host, HeadersDict(target), params["body"], False)

    def _get_response(
        self, request: AWSPreparedRequest, operation_model: OperationModel, context: Any
    ) -> tuple[tuple[AWSResponse, dict[str, Any]] | None, Exception | None]:
        name = f"before-send.{_SERVICE}.{operation_model.name}"
        try:
            answer = first_non_none_response(self._event_emitter.emit(name, request=request))
        except Exception as error:
            return None, error
        return (answer, self._read(answer, operation_model)), None

    def _read(self, answer: AWSResponse, model: OperationModel) -> dict[str, Any]:
        if answer.status_code < _REFUSED:
            text = answer.content
            read: dict[str, Any] = json.loads(text, object_hook=_bytes if b'"B":' in text else None)
            return read | {"ResponseMetadata": {"HTTPStatusCode": answer.status_code}}
        parser = self._response_parser_factory.create_parser(model.service_model.resolved_protocol)
        received = convert_to_response_dict(answer, model)
        refused: dict[str, Any] = parser.parse(received, model.output_shape)
        self._add_modeled_error_fields(received, refused, model, parser)
        return refused


def _base64(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is not sent")


def _bytes(attribute: dict[str, Any]) -> dict[str, Any]:
    if len(attribute) == 1 and isinstance(attribute.get("B"), str):
        return {"B": base64.b64decode(attribute["B"])}
    return attribute
