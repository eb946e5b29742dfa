"""How an API function checks keys: its settings, and the one authenticator of the process."""

from dataclasses import dataclass
from functools import cache

from waybill.auth import Authenticator, TableKeyStore
from waybill.aws import client
from waybill.dynamo import Table
from waybill.settings import Settings, load_settings


@dataclass(frozen=True, kw_only=True)
class AccessSettings(Settings):
    """What every API function is given for checking keys."""

    shops_table: str
    operator_secret: str
    """The ARN of the secret, not the secret."""


@cache
def access_settings() -> AccessSettings:
    """The environment, read once."""
    return load_settings(AccessSettings)


@cache
def authenticator() -> Authenticator:
    """Keys from ShopsTable, the operator's from Secrets Manager."""
    table = Table(client("dynamodb"), access_settings().shops_table)
    return Authenticator(TableKeyStore(table, _operator_secret))


def _operator_secret() -> str:
    secrets = client("secretsmanager")
    answer = secrets.get_secret_value(SecretId=access_settings().operator_secret)
    return str(answer["SecretString"])
