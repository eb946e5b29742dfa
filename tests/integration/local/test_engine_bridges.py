"""The bridges in MiniStack's behaviour, each tried in a MiniStack process of its own.

They reach into MiniStack's modules, so they must never be applied to the process of the tests.
"""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from local.home import ROOT


def run(code, state):
    environment = {
        "PATH": os.environ["PATH"],
        "AUTH": "true",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state),
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.01",
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_bridge_finds_what_it_bridges(tmp_path):
    code = """
    import json
    from local import engine_process
    for bridge in engine_process.BRIDGES:
        bridge()
    print(json.dumps([bridge.__name__ for bridge in engine_process.BRIDGES]))
    """
    assert len(run(code, tmp_path)) == 8


def test_a_bridge_whose_target_moved_fails_loudly(tmp_path):
    code = """
    import json
    from local import engine_process
    from ministack.services import scheduler
    del scheduler._SCHEDULE_TICK_INTERVAL
    try:
        engine_process.prompt_schedules()
    except RuntimeError as error:
        print(json.dumps(str(error)))
    """
    assert "its bridge needs another look" in run(code, tmp_path)


def test_unread_stream_records_and_mails_survive_a_restart(tmp_path):
    before = """
    import json
    from local import engine_process
    from ministack.core.persistence import save_all
    from ministack.services import dynamodb, ses
    engine_process.streams_survive()
    engine_process.mailbox_survives()
    dynamodb._stream_records["T"] = [{"dynamodb": {"SequenceNumber": str(n)}} for n in range(3)]
    dynamodb._stream_trimmed["T"] = 40
    ses._sent_emails["entries"] = [{"MessageId": "m"}]
    save_all({"dynamodb": dynamodb.get_state, "ses": ses.get_state})
    print(json.dumps(dynamodb.stream_end_position("T")))
    """
    after = """
    import json
    from local import engine_process
    from ministack.core.persistence import load_state
    from ministack.services import dynamodb, ses
    engine_process.streams_survive()
    engine_process.mailbox_survives()
    dynamodb.load_persisted_state(load_state("dynamodb"))
    ses.load_persisted_state(load_state("ses"))
    unread = dynamodb.stream_records_since("T", 42, 10)
    print(json.dumps([dynamodb.stream_end_position("T"), unread, ses._sent_emails["entries"]]))
    """
    assert run(before, tmp_path) == 43
    assert run(after, tmp_path) == [
        43,
        [{"dynamodb": {"SequenceNumber": "2"}}],
        [{"MessageId": "m"}],
    ]


def test_an_event_whose_function_fails_is_tried_three_times(tmp_path):
    code = """
    import json, time
    from local import engine_process
    from ministack.services import eventbridge, lambda_svc
    engine_process.retried_events()
    seen = []
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    function = {"config": {"FunctionName": "f", "FunctionArn": arn}}
    lambda_svc._get_func_record_for_ref = lambda ref: (function, function["config"], "f")
    def fail(record, event):
        seen.append(event)
        return {"error": True}
    lambda_svc._execute_function = fail
    eventbridge._dispatch_to_lambda(arn, '{"id": 1}')
    deadline = time.monotonic() + 10
    while len(seen) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    print(json.dumps(seen))
    """
    assert run(code, tmp_path) == [{"id": 1}] * 3


@pytest.mark.parametrize(
    ("sender", "allowed"), [("orders@waybill.example", True), ("other@waybill.example", False)]
)
def test_a_mail_is_judged_by_its_sender_and_configuration_set(tmp_path, sender, allowed):
    code = f"""
    import json
    from local import engine_process
    from ministack import app
    asked = []
    def judge(service, action, headers, query, request_id, resource_arn, service_context, **_):
        asked.append((action, resource_arn.rpartition(":")[2]))
        ours = service_context["ses:FromAddress"].startswith("orders@")
        return None if ours else (403, {{}}, b"")
    app._enforce_data_plane = judge
    engine_process.mail_checked_by_sender()
    mail = {{"FromEmailAddress": "Shop <{sender}>", "ConfigurationSetName": "mail"}}
    denied = app._enforce_ses_v2(
        "POST", "/v2/email/outbound-emails", {{}}, json.dumps(mail).encode(), {{}}, "r"
    )
    print(json.dumps([denied is None, asked]))
    """
    identity = ["ses:SendEmail", f"identity/{sender}"]
    both = [identity, ["ses:SendEmail", "configuration-set/mail"]]
    assert run(code, tmp_path) == [allowed, both if allowed else [identity]]


ACCEPTED = """
import asyncio, json, time
from local import engine_process, feedback_topics
from ministack import app
from ministack.services import ses_v2, sns
app.AUTH = True
engine_process.mail_feedback_told()
heard = []
sns._fanout = lambda topic, identifier, message, *_, **__: heard.append(json.loads(message))
sns._create_topic({"Name": ["mail"]})
topic = "arn:aws:sns:us-east-1:000000000000:mail"
def policy(source):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"StringEquals": {"aws:SourceArn": source}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
sns._topics[topic]["attributes"]["Policy"] = policy(SOURCE)
ses_v2._create_config_set("mail", {})
ses_v2._put_event_destination("mail", "feedback", {
    "Enabled": True,
    "MatchingEventTypes": ["SEND", "BOUNCE"],
    "SnsDestination": {"TopicArn": topic},
}, create=True)
ses_v2._message_rejection = lambda *_: None
mail = {
    "FromEmailAddress": "orders@waybill.example",
    "Destination": {"ToAddresses": [TO]},
    "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    "EmailTags": [{"Name": "message_id", "Value": "msg_1"}],
    "ConfigurationSetName": "mail",
}
asyncio.run(ses_v2.handle_request(
    "POST", "/v2/email/outbound-emails", {}, json.dumps(mail).encode(), {}
))
deadline = time.monotonic() + 10
while feedback_topics.to_come and time.monotonic() < deadline:
    time.sleep(0.01)
print(json.dumps([[one["eventType"], one["mail"]["tags"]["message_id"]] for one in heard]))
"""
SET = "arn:aws:ses:us-east-1:000000000000:configuration-set/mail"


@pytest.mark.parametrize(
    ("to", "source", "told"),
    [
        ("jane@customer.example", SET, ["Send"]),
        ("bounce@simulator.amazonses.com", SET, ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", SET, ["Send"]),  # nobody asked for complaints
        ("bounce@simulator.amazonses.com", SET + "-other", []),
    ],
)
def test_a_topic_hears_of_an_accepted_mail_what_it_asked_for_and_its_policy_lets_in(
    tmp_path, to, source, told
):
    code = f"TO, SOURCE = {to!r}, {source!r}\n{ACCEPTED}"
    assert sorted(run(code, tmp_path)) == sorted([kind, ["msg_1"]] for kind in told)


def test_a_notification_whose_function_fails_is_tried_three_times(tmp_path):
    code = """
    import json, time
    from local import engine_process
    from ministack.services import lambda_svc, sns
    engine_process.retried_notifications()
    seen = []
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    function = {"config": {"FunctionName": "f", "FunctionArn": arn}}
    lambda_svc._get_func_record_for_ref = lambda ref: (function, function["config"], "f")
    def fail(record, event):
        seen.append(event["Records"][0]["Sns"]["Message"])
        return {"error": True}
    lambda_svc._execute_function = fail
    sns._deliver_to_lambda(arn, '{"Message": "m"}', "topic", "subscription", "1", "m", {})
    deadline = time.monotonic() + 10
    while len(seen) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    print(json.dumps(seen))
    """
    assert run(code, tmp_path) == ["m"] * 3


def test_a_batch_of_messages_needs_the_permission_of_a_single_one(tmp_path):
    code = """
    import json
    from local import engine_process
    from ministack.core import iam_actions
    engine_process.batches_need_the_single_action()
    def action(service, target):
        headers = {"x-amz-target": target}
        return iam_actions.extract_iam_action(service, "POST", "/", headers, b"{}", {})
    print(json.dumps([
        action("sqs", "AmazonSQS.SendMessageBatch"),
        action("sqs", "AmazonSQS.SendMessage"),
        action("dynamodb", "DynamoDB_20120810.PutItem"),
    ]))
    """
    assert run(code, tmp_path) == ["sqs:SendMessage", "sqs:SendMessage", "dynamodb:PutItem"]
