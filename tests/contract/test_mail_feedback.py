"""What the template has SES tell is what notify reads, from SES alone, and alarms ring in time."""

import re

import pytest

from notify.feedback.mail_events import MailEventKind
from tests.support.template import functions, resources


def destination():
    [found] = resources("AWS::SES::ConfigurationSetEventDestination").values()
    return found


def test_every_event_that_is_asked_for_is_read_and_every_one_that_is_read_is_asked_for():
    asked = destination()["EventDestination"]["MatchingEventTypes"]
    assert destination()["EventDestination"]["Enabled"] is True
    read = {re.sub(r"\W", "", kind).lower() for kind in MailEventKind}
    assert {kind.lower() for kind in asked} == read


def test_the_mails_configuration_set_tells_the_topic_that_wakes_the_function():
    topic = destination()["EventDestination"]["SnsDestination"]["TopicARN"]
    events = functions()["NotifyMailFeedbackFunction"]["Events"].values()
    assert [event["Properties"]["Topic"] for event in events] == [topic]
    sending = functions()["NotifyEventFunction"]["Environment"]["Variables"]
    assert destination()["ConfigurationSetName"] == sending["SES_CONFIGURATION_SET"]


def test_nobody_but_ses_for_this_configuration_set_may_publish_feedback():
    topic = destination()["EventDestination"]["SnsDestination"]["TopicARN"]
    [policy] = [
        policy
        for policy in resources("AWS::SNS::TopicPolicy").values()
        if topic in policy["Topics"]
    ]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    name = destination()["ConfigurationSetName"]["Ref"]
    assert conditions["aws:SourceArn"]["Fn::Sub"].endswith(f":configuration-set/${{{name}}}")


@pytest.mark.parametrize(
    ("metric", "reviewed_at"),
    [("Reputation.BounceRate", 0.05), ("Reputation.ComplaintRate", 0.001)],
)
def test_an_alarm_rings_before_aws_reviews_the_account(metric, reviewed_at):
    [alarm] = [
        alarm
        for alarm in resources("AWS::CloudWatch::Alarm").values()
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SES", metric)
    ]
    assert 0 < alarm["Threshold"] < reviewed_at
    assert "Dimensions" not in alarm  # the whole account's
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
