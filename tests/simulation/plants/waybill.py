"""Faults of what the rooms share: relays, batches, retries, secrecy; and a missing permission."""

from typing import Final

from tests.simulation.plants.planting import Plant

_HERE: Final = "layers/shared/python/waybill/"

PLANTS: Final = (
    Plant(
        "failed_event_forgotten",
        _HERE + "relay.py",
        "            return finish(failed[:1], local=local)\n",
        "            return finish([], local=local)\n",
    ),
    Plant(
        "failed_record_forgotten",
        _HERE + "batch.py",
        "                return finish([change.record_id], local=local)\n"
        "            if not park(parking, change, error):\n",
        "                continue\n            if not park(parking, change, error):\n",
    ),
    Plant(
        "refusal_taken_for_poison",
        _HERE + "dynamo.py",
        '        "ThrottlingException",\n',
        "",
    ),
    Plant(
        "secret_logged",
        "functions/shops/webhooks.py",
        "            topic=delivery.topic[:100],\n",
        '            topic=known.secrets[0] if known else "",\n',
    ),
    Plant(
        "address_told_to_the_bus",
        "functions/shops/events.py",
        '        data = {"shop_id": new["shop_id"]}\n',
        '        data = {"shop_id": new["shop_id"], "alert_email": new.get("alert_email")}\n',
    ),
    Plant(
        "sweep_not_permitted",
        "template.yaml",
        """
                Action: sqs:SendMessage
                Resource: !GetAtt SweepQueue.Arn
""",
        """
                Action: sqs:GetQueueUrl
                Resource: !GetAtt SweepQueue.Arn
""",
    ),
    Plant(
        "revoked_key_opens",
        _HERE + "auth.py",
        'if item is None or "revoked_at" in item:',
        "if item is None:",
    ),
)
