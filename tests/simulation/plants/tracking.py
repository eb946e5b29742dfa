"""Faults of asking carriers, and of what their answers come to."""

from typing import Final

from tests.simulation.plants.planting import Plant

_HERE: Final = "functions/tracking/"

PLANTS: Final = (
    Plant(
        "shipment_put_over_another",
        _HERE + "shipments/repository.py",
        '        condition = "attribute_not_exists(pk)"\n',
        '        condition = "attribute_not_exists(pk) OR attribute_exists(pk)"\n',
    ),
    Plant(
        "shipment_saved_over_a_newer_one",
        _HERE + "shipments/repository.py",
        '        condition = "version = :before"\n',
        '        condition = "version = :before OR attribute_exists(pk)"\n',
    ),
    Plant(
        "watermark_before_questions",
        _HERE + "sweep/planner.py",
        "        self.queue.send(sweep.tasks())\n"
        "        self.carriers.advance(known.settings.carrier, sweep.mark())\n",
        "        self.carriers.advance(known.settings.carrier, sweep.mark())\n"
        "        self.queue.send(sweep.tasks())\n",
    ),
    Plant(
        "error_taken_for_no_record",
        _HERE + "asking/conversation.py",
        "        if len(questions) == 1 or outcomes[-1:] != [Outcome.UNANSWERED]:\n"
        "            return {}\n",
        "        if len(questions) == 1 or outcomes[-1:] != [Outcome.UNANSWERED]:\n"
        "            return {questions[0]: Answer(known=False)}\n",
    ),
    Plant(
        "empty_answer_believed",
        _HERE + "news/answers.py",
        "            noticed.suspect += 1\n            return parcel\n",
        "            noticed.suspect += 1\n            return replace(parcel, scans=())\n",
    ),
    Plant(
        "answer_put_over_what_is_known",
        _HERE + "news/answers.py",
        "scans = merge(parcel.scans, told, len(shipment.parcels))",
        "scans = merge((), told, len(shipment.parcels))",
    ),
    Plant(
        "second_owner_never_asked",
        _HERE + "news/answers.py",
        "            after = _turned(after, set_up, noticed)\n",
        "            after = replace(after)\n",
    ),
    Plant(
        "push_signature_unchecked",
        _HERE + "news/pushing.py",
        "        if not easypost_events.is_signed(body, signature, secrets):\n",
        "        if not (body and any(secrets)):\n",
    ),
    Plant(
        "push_not_deduplicated",
        _HERE + "news/answers.py",
        "    if pushed and not tells:\n        return Heard(shipment, noticed, is_news=False)\n",
        "",
    ),
    Plant(
        "former_webhook_secret_forgotten",
        _HERE + "news/pushing.py",
        "for name in easypost_events.SECRETS]",
        "for name in easypost_events.SECRETS[:1]]",
    ),
    Plant(
        "ups_token_never_renewed",
        _HERE + "asking/tokens.py",
        "held.settings_version == settings_version and now < held.renew_at",
        "held.settings_version == settings_version and now > 0",
    ),
    Plant(
        "refused_token_kept",
        _HERE + "asking/conversation.py",
        "        self.line.tokens.refused(self.settings.carrier, held)\n",
        "",
    ),
    Plant(
        "retry_after_ignored",
        _HERE + "asking/conversation.py",
        "        self.tally.paused_until = until if until > now else None\n",
        "        self.tally.paused_until = now if until > now else None\n",
    ),
    Plant(
        "breaker_never_opens",
        _HERE + "accounts/breaker.py",
        "    return often or in_a_row\n",
        "    return often and in_a_row\n",
    ),
    Plant(
        "cap_ignored",
        _HERE + "sweep/planner.py",
        "        cap = self.limits.per_shipment_daily_cap\n",
        "        cap = None\n",
    ),
    Plant(
        "carriers_share_a_queue",
        _HERE + "sweep/tasks.py",
        '        return f"{self.carrier}#{self.worker}"\n',
        '        return f"sweep#{self.worker}"\n',
    ),
    Plant(
        "parcel_corrected_to_anothers_number",
        _HERE + "shipments/correcting.py",
        "        refuse_known([parcel], [each for each in siblings if each.id != shipment.id])\n",
        "        refuse_known([parcel], [])\n",
    ),
    Plant(
        "parcel_of_a_cancelled_order_refused",
        _HERE + "shipments/service.py",
        '        if order["status"] == "draft":\n',
        '        if order["status"] in {"draft", "cancelled", "expired"}:\n',
    ),
    Plant(
        "silence_ends_a_parcel",
        _HERE + "news/answers.py",
        "            noticed.suspect += 1\n            return parcel\n",
        "            noticed.suspect += 1\n"
        "            return replace(parcel, silence=Silence.EXPIRED)\n",
    ),
    Plant(
        "correction_changes_nothing",
        _HERE + "shipments/correcting.py",
        "    parcels = (*shipment.parcels[:index], after, *shipment.parcels[index + 1 :])\n",
        "    parcels = shipment.parcels\n",
    ),
    Plant(
        "corrected_parcel_asked_for_by_its_wrong_number",
        _HERE + "asking/questions.py",
        "    questions = dict.fromkeys(Question(p.tracking_number, p.carrier) for p in own)\n",
        "    questions = dict.fromkeys(\n"
        "        Question(p.created_as or p.tracking_number, p.carrier) for p in own\n"
        "    )\n",
    ),
)
