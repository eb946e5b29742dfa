"""waybill.settings: the environment, once, into frozen models."""

import tomllib
from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path

import pytest

from waybill import VERSION
from waybill.settings import Settings, SettingsError, base_settings, load_settings, on_lambda


@dataclass(frozen=True, kw_only=True)
class RoomSettings(Settings):
    some_table: str
    limit: int = 5


def test_fields_are_variables_in_upper_case(monkeypatch):
    monkeypatch.setenv("SOME_TABLE", "T")
    monkeypatch.setenv("WAYBILL_LOCAL", "true")
    settings = load_settings(RoomSettings)
    assert (settings.some_table, settings.limit, settings.waybill_local) == ("T", 5, True)


def test_a_missing_variable_is_named():
    with pytest.raises(
        SettingsError, match=r"^missing or wrong environment variables: SOME_TABLE$"
    ):
        load_settings(RoomSettings)


def test_a_wrong_value_is_not_quoted(monkeypatch):
    monkeypatch.setenv("SOME_TABLE", "T")
    monkeypatch.setenv("LIMIT", "canary")
    with pytest.raises(SettingsError, match="LIMIT") as caught:
        load_settings(RoomSettings)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("FALSE", False), ("", False)]
)
def test_a_bool_is_read(monkeypatch, text, value):
    monkeypatch.setenv("WAYBILL_LOCAL", text)
    assert base_settings().waybill_local is value


def test_a_bool_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("WAYBILL_LOCAL", "perhaps")
    with pytest.raises(SettingsError, match="WAYBILL_LOCAL"):
        base_settings()


def test_settings_are_frozen(monkeypatch):
    monkeypatch.setenv("SOME_TABLE", "T")
    settings = load_settings(RoomSettings)
    with pytest.raises(FrozenInstanceError):
        settings.limit = 6


def test_base_settings_need_nothing():
    assert base_settings() == Settings(waybill_local=False, log_level="INFO")


def test_lambda_is_known_by_its_environment(monkeypatch):
    assert not on_lambda()
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    assert on_lambda()


def test_the_version_is_the_packages():
    root = Path(__file__).resolve().parents[3]
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == VERSION
