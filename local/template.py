"""Reads, packages and expands template.yaml: all that can fail before anything starts."""

# ruff: noqa: PLC0415 - SAM's translator takes long to import, and most commands never need it

from __future__ import annotations

import contextlib
import copy
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local.bridges import EMPTY_LAYERS, Template, api_url, bridged
from local.errors import LocalError, one_line
from local.home import REGION
from local.package import key_of, packed

BUCKET = "waybill-packages"

_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True)
class Package:
    """What goes to CloudFormation: a template, its parameters, and the archives it names."""

    template: Template
    parameters: dict[str, str]
    archives: dict[str, bytes]


def parameters_of(template: Template, endpoint_url: str) -> dict[str, str]:
    """Choose the values of a local stack for those parameters that a template has."""
    values = {
        "Stage": "dev",
        "MailSender": "orders@waybill.example",
        "PublicUrl": api_url(endpoint_url),
    }
    return {name: value for name, value in values.items() if name in template.get("Parameters", {})}


def prepare(root: Path, endpoint_url: str) -> Package:
    """Read, package, expand and bridge a template; raises LocalError for what is broken."""
    template = _read(root / "template.yaml")
    parameters = parameters_of(template, endpoint_url)
    archives: dict[str, bytes] = {}
    places: dict[str, str] = {}
    for folder in sorted(code_folders(template)):
        if not (root / folder).is_dir():
            raise LocalError(f"template.yaml names {folder}, which is no folder")
        archive = packed(None if folder.rstrip("/") in EMPTY_LAYERS else root / folder)
        archives[key_of(archive)] = archive
        places[folder] = f"s3://{BUCKET}/{key_of(archive)}"
    result = expanded(with_uploads(template, places), parameters)
    check_references(result)
    return Package(bridged(result), parameters, archives)


def _read(path: Path) -> Template:
    """Parse a template as SAM does, with CloudFormation's short forms."""
    from samtranslator.yaml_helper import yaml_parse

    try:
        template = yaml_parse(path.read_text())
    except OSError as error:
        raise LocalError(f"cannot read {path}: {error.strerror}") from None
    except Exception as error:
        raise LocalError(f"{path} is not valid YAML: {one_line(error)}") from None
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise LocalError(f"{path} is no template: it has no Resources")
    return template


def code_folders(template: Template) -> set[str]:
    """Name every folder of code that a template packages, as written in it."""
    written = [place.get(key) for place in _places(template) for key in ("CodeUri", "ContentUri")]
    return {uri for uri in written if isinstance(uri, str) and not uri.startswith("s3://")}


def with_uploads(template: Template, uploads: dict[str, str]) -> Template:
    """Point every folder of code to its upload, in Globals too: packagers other than SAM do not."""
    result = copy.deepcopy(template)
    for place in _places(result):
        for key in ("CodeUri", "ContentUri"):
            if place.get(key) in uploads:
                place[key] = uploads[place[key]]
    return result


def _places(template: Template) -> Iterator[dict[str, Any]]:
    yield template.get("Globals", {}).get("Function", {})
    for resource in template["Resources"].values():
        yield resource.get("Properties", {})


def expanded(template: Template, parameters: dict[str, str]) -> Template:
    """Apply the SAM transform, as CloudFormation does on AWS, by SAM's own translator."""
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)  # it warns of its own metrics
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    try:
        with _region():
            result: Template = transform(
                copy.deepcopy(template), dict(parameters), SimpleNamespace(load=dict)
            )
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise LocalError(f"the template is broken: {one_line(causes)}") from None
    return result


@contextlib.contextmanager
def _region() -> Iterator[None]:
    """Name the region in the one place where SAM's translator looks for it."""
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = REGION
    try:
        yield
    finally:
        del os.environ["AWS_DEFAULT_REGION"]
        if before is not None:
            os.environ["AWS_DEFAULT_REGION"] = before


def check_references(template: Template) -> None:
    """Refuse references to nothing: AWS refuses them, MiniStack takes them for text."""
    known = {*template["Resources"], *template.get("Parameters", {})}
    places = (template["Resources"], template.get("Outputs", {}))
    missing = {name for name in references(places) if "::" not in name and name not in known}
    if missing:
        raise LocalError(f"the template refers to what is not in it: {', '.join(sorted(missing))}")


def references(node: Any) -> Iterator[str]:
    """Name what a part of a template refers to by Ref, Fn::GetAtt and Fn::Sub."""
    if isinstance(node, dict):
        if isinstance(node.get("Ref"), str) and len(node) == 1:
            yield node["Ref"]
        for key, value in node.items():
            if key == "Fn::GetAtt":
                yield (value if isinstance(value, str) else value[0]).partition(".")[0]
            elif key == "Fn::Sub":
                yield from _substituted(value)
            else:
                yield from references(value)
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from references(item)


def _substituted(value: Any) -> Iterator[str]:
    text, values = (value, {}) if isinstance(value, str) else value
    for name in _SUB.findall(text):
        if name not in values:
            yield name.partition(".")[0]
    yield from references(list(values.values()))
