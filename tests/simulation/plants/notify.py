"""Faults of messages: said twice, never, too late, or to another."""

from typing import Final

from tests.simulation.plants.planting import Plant

_HERE: Final = "functions/notify/"

PLANTS: Final = (
    Plant(
        "message_put_if_absent_dropped",
        _HERE + "ledger/repository.py",
        'self._table.put(to_item(message), condition="attribute_not_exists(pk)")',
        "self._table.put(to_item(message))",
    ),
    Plant(
        "message_settled_twice",
        _HERE + "ledger/repository.py",
        "AND #state IN (:sending, :unknown) AND #state <> :state",
        "AND (attribute_exists(pk) OR #state IN (:sending, :unknown))",
    ),
    Plant(
        "message_marked_before_sending",
        _HERE + "sending/attempts.py",
        "        try:\n            if isinstance(content, Sms):\n",
        '        self._settle(replace(message, state=State.SENT, provider_id="soon"), None)\n'
        "        try:\n            if isinstance(content, Sms):\n",
    ),
    Plant(
        "mail_sent_again_by_the_client",
        _HERE + "composition.py",
        'client_without_retries("sesv2")',
        'client("sesv2")',
    ),
    Plant(
        "message_of_yesterday",
        _HERE + "policy/rules.py",
        "    return rule.true_while is not None and current_status not in rule.true_while\n",
        "    return False\n",
    ),
    Plant(
        "refused_message_waits_for_ever",
        _HERE + "sending/claims.py",
        "        if found.state is not State.WAITING:\n",
        "        if found.state:\n",
    ),
    Plant(
        "sms_sent_again",
        _HERE + "ledger/messages.py",
        "    tells = message.channel is Channel.EMAIL and message.cause is not None\n",
        "    tells = message.cause is not None\n",
    ),
    Plant(
        "mail_sent_again_at_once",
        _HERE + "ledger/messages.py",
        "CHECKED_AFTER: Final = timedelta(minutes=10)",
        "CHECKED_AFTER: Final = timedelta(minutes=1)",
    ),
    Plant(
        "attempt_of_the_schedule_forgotten",
        _HERE + "sending/claims.py",
        "            taken = replace(taken, due_at=to_text(self.clock() + LONGEST_ATTEMPT))\n",
        "            taken = replace(taken, due_at=None)\n",
    ),
    Plant(
        "feedback_forgotten_while_its_attempt_lives",
        _HERE + "feedback/applying.py",
        "                raise AttemptAliveError(row.id)\n",
        "                return\n",
    ),
    Plant(
        "fold_not_conditional",
        _HERE + "ledger/repository.py",
        'condition="version = :seen",\n'
        '                values={":seen": seen.version},\n            )\n',
        'condition="attribute_exists(pk) OR version = :seen",\n'
        '                values={":seen": seen.version},\n            )\n',
    ),
    Plant(
        "folded_and_sent_anyway",
        _HERE + "sending/notifier.py",
        "self.claims.claim(occasion, message, [other for other, _ in companions])",
        "self.claims.claim(occasion, message)",
    ),
    Plant(
        "folded_forgotten_when_refused",
        _HERE + "ledger/stored.py",
        "        if message.covers:\n",
        "        if message.covers and message.reason is None:\n",
    ),
    Plant(
        "alert_note_not_put_if_absent",
        _HERE + "sending/alerts.py",
        "        found = self.ledger.add(note)\n",
        "        self.ledger.add(note)\n        found = None\n",
    ),
    Plant(
        "alert_note_taken_for_the_alert",
        _HERE + "sending/alerts.py",
        "        if found is not None and found.state is not State.FOLDED:\n",
        "        if found is not None:\n",
    ),
    Plant(
        "alert_closed_and_the_fact_dropped",
        _HERE + "sending/alerts.py",
        "                return self._gather_anew(fact, note, alert)\n",
        "                return False\n",
    ),
    Plant(
        "alert_to_its_customer",
        _HERE + "sending/occasion.py",
        "        if self.rule.audience is Audience.SHOP:\n",
        "        if self.rule.audience is Audience.SHOP and not self.row:\n",
    ),
    Plant(
        "event_takes_what_tells_of_others",
        _HERE + "sending/claims.py",
        "        if is_gathered and found.event == name and occasion.row is None:\n"
        "            return False\n",
        "",
    ),
    Plant(
        "event_closes_what_tells_of_others",
        _HERE + "sending/claims.py",
        "        if found.covers and found.due_at and occasion and occasion.row is None:\n",
        "        if found.covers and found.due_at and occasion is None:\n",
    ),
    Plant(
        "alert_put_meanwhile_taken_for_full",
        _HERE + "ledger/repository.py",
        "                if error.current is not None:\n"
        "                    return _came_of(from_item(error.current), entry)\n",
        "                if current := self._current(alert, error):\n"
        "                    return _came_of(current, entry)\n",
    ),
    Plant(
        "phone_number_counted_by",
        _HERE + "channels/senders.py",
        "            lambda: self._client.publish(\n",
        "            lambda: __import__(\n"
        '                "waybill.observability"\n'
        '            ).observability.metrics.add_dimension("to", to)\n'
        "            or self._client.publish(\n",
    ),
    Plant(
        "mails_only_to_who_wished_for_them",
        _HERE + "people/contact.py",
        "contact.channels.get(channel, True)",
        "contact.channels.get(channel, channel is not Channel.EMAIL)",
    ),
    Plant(
        "mail_and_sms_share_a_row",
        _HERE + "ledger/messages.py",
        '"msg", shop_id, subject_id, slot, fact, to.channel, to.audience)',
        '"msg", shop_id, subject_id, slot, fact, to.audience)',
    ),
    Plant(
        "sms_at_night",
        _HERE + "policy/quiet.py",
        "    return shown >= start or shown < end\n",
        "    return shown >= start and shown < end\n",
    ),
    Plant(
        "no_to_mails_is_ignored",
        _HERE + "people/contact.py",
        "    if not contact.channels.get(channel, True):\n",
        "    if not contact.channels.get(channel, True) and channel is not Channel.EMAIL:\n",
    ),
    Plant(
        "nobody_asked_when_it_has_waited",
        _HERE + "sending/deciding.py",
        "            if reason := _refusal(contact, rule):\n",
        "            if occasion.row is None and (reason := _refusal(contact, rule)):\n",
    ),
    Plant(
        "stop_is_ignored",
        _HERE + "feedback/opting.py",
        "    wanted = sms.command is Command.START\n",
        "    wanted = sms.command is not Command.HELP\n",
    ),
    Plant(
        "owner_of_a_number_not_asked",
        _HERE + "sending/deciding.py",
        "found = self.contacts.get([*wanted, *numbers])",
        "found = self.contacts.get(wanted)",
    ),
    Plant(
        "start_is_ignored",
        _HERE + "feedback/opting.py",
        "    if sms.command is Command.HELP or ",
        "    if sms.command is not Command.STOP or ",
    ),
    Plant(
        "stop_in_a_sentence_counts",
        _HERE + "feedback/inbound_sms.py",
        "    return letters[first : len(letters) - last]\n",
        '    return "stop" if "stop" in letters else letters[first : len(letters) - last]\n',
    ),
    Plant(
        "help_answered_twice",
        _HERE + "feedback/answering.py",
        "        if not is_news(seen[-1], sms):\n",
        "        if sms.command is not Command.HELP and not is_news(seen[-1], sms):\n",
    ),
    Plant(
        "help_not_answered",
        _HERE + "feedback/answering.py",
        "        if sms.command is Command.HELP:\n",
        "        if sms.command is Command.HELP and has_opted_out(contact):\n",
    ),
    Plant(
        "bounce_suppresses_nothing",
        _HERE + "feedback/applying.py",
        "        if event.objection is not None:\n",
        "        if event.objection is not None and event.kind is MailEventKind.COMPLAINT:\n",
    ),
    Plant(
        "complaint_suppresses_nothing",
        _HERE + "feedback/applying.py",
        "        if event.objection is not None:\n",
        "        if event.objection is not None and event.kind is MailEventKind.BOUNCE:\n",
    ),
    Plant(
        "suppression_never_ends",
        _HERE + "feedback/standing.py",
        "replace(standing, suppression=None, transient=(), lifted_at=now)",
        "replace(standing, transient=(), lifted_at=now)",
    ),
    Plant(
        "link_unsubscribes_from_nothing",
        _HERE + "people/subscribing.py",
        "        topics={**contact.topics, topic: wanted},\n",
        "",
    ),
    Plant(
        "looking_at_a_link_unsubscribes",
        _HERE + "people/unsubscribe_routes.py",
        "    [contact] = contacts().get([_key(subscription)])\n",
        "    contact = contacts().change(\n"
        "        _key(subscription),\n"
        "        ACTOR,\n"
        "        lambda it, now: subscribed(it, subscription.topic, now, wanted=False),\n"
        "    )\n",
    ),
    Plant(
        "link_unsubscribes_from_everything",
        _HERE + "people/subscribing.py",
        "        topics={**contact.topics, topic: wanted},\n",
        "        topics=dict.fromkeys(Topic, wanted),\n",
    ),
    Plant(
        "link_never_subscribes_again",
        _HERE + "people/unsubscribe_routes.py",
        "    wanted = form.get(page.AGAIN[0]) == page.AGAIN[1] and page.ONE_CLICK[0] not in form\n",
        "    wanted = False and form\n",
    ),
    Plant(
        "mail_that_came_back_ends_sms_too",
        _HERE + "people/contact.py",
        "    if contact.suppression is not None and channel is Channel.EMAIL:\n",
        "    if contact.suppression is not None:\n",
    ),
    Plant(
        "stop_overtaken_by_start_counts",
        _HERE + "feedback/opting.py",
        "    return (at, not wanted) > (last.at, not last.given)\n",
        "    return bool(at)\n",
    ),
    Plant(
        "objection_from_before_it_was_lifted_counts",
        _HERE + "feedback/standing.py",
        "    if at <= standing.lifted_at:\n",
        "    if at <= standing.lifted_at[:0]:\n",
    ),
    Plant(
        "header_without_a_link",
        _HERE + "people/links.py",
        "        return tokens.mail_headers(self.public_url, token) if token else {}\n",
        "        return {}\n",
    ),
    Plant(
        "help_for_who_has_said_stop",
        _HERE + "feedback/answering.py",
        "        if has_opted_out(contact) or isinstance(recipient, Reason):\n",
        "        if isinstance(recipient, Reason):\n",
    ),
    Plant(
        "row_never_says_that_its_mail_came_back",
        _HERE + "feedback/settling.py",
        "        after = replace(after, outcome=outcome, updated_at=now)\n",
        "        after = replace(after, updated_at=now)\n",
    ),
    Plant(
        "preferences_over_what_was_heard_meanwhile",
        _HERE + "people/contacts.py",
        'condition="version = :seen" if seen',
        'condition="version = :seen OR attribute_exists(pk)" if seen',
    ),
)
