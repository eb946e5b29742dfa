"""What is asked of SES and SNS, and what each of their answers means."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from notify.channels.senders import SesMailSender, SnsSmsSender
from notify.sending.ports import NoAnswerError, RefusedError
from notify.words.content import Mail, Sms

MAIL = Mail("Subject", "<p>Hi</p>", "Hi", 'Mugs "&" Möre\r\nBcc: x@y.example')
TAGS = {"message_id": "msg_1", "order_id": "ord/1"}


class Client:
    """Answers as told; remembers what it was asked."""

    def __init__(self, answer=None):
        self.answer = answer
        self.asked = []
        self.closed = 0

    def send_email(self, **request):
        return self._answer(request)

    publish = send_email

    def _answer(self, request):
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"MessageId": "id-1"}

    def close(self):
        self.closed += 1


def client_error(code, status):
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail"
    )


def mail_sender(client, configuration_set="mail"):
    return SesMailSender(client, sender="orders@shop.example", configuration_set=configuration_set)


def test_a_mail_as_ses_is_asked():
    client = Client()
    assert mail_sender(client).send(MAIL, "jane@mail.example", TAGS) == "id-1"
    [request] = client.asked
    assert request["Destination"] == {"ToAddresses": ["jane@mail.example"]}
    assert request["ConfigurationSetName"] == "mail"
    assert request["EmailTags"] == [{"Name": "message_id", "Value": "msg_1"}]  # ord/1 is no tag
    body = request["Content"]["Simple"]["Body"]
    assert (body["Html"]["Data"], body["Text"]["Data"]) == ("<p>Hi</p>", "Hi")
    assert request["FromEmailAddress"].endswith("<orders@shop.example>")
    assert request["FromEmailAddress"].isascii()
    assert request["FromEmailAddress"].isprintable()
    assert client.closed == 1


def test_without_a_configuration_set_none_is_named():
    client = Client()
    mail_sender(client, "").send(MAIL, "jane@mail.example", {})
    assert "ConfigurationSetName" not in client.asked[0]


def test_an_sms_as_sns_is_asked():
    client = Client()
    assert SnsSmsSender(client, sender_id="Waybill").send(Sms("Hi"), "+4915112345678") == "id-1"
    assert client.asked == [
        {
            "PhoneNumber": "+4915112345678",
            "Message": "Hi",
            "MessageAttributes": {
                "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
                "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "Waybill"},
            },
        }
    ]
    SnsSmsSender(client, sender_id="").send(Sms("Hi"), "+4915112345678")
    assert "AWS.SNS.SMS.SenderID" not in client.asked[1]["MessageAttributes"]


def test_an_sms_may_cost_so_much_and_no_more():
    client = Client()
    sender = SnsSmsSender(client, sender_id="", max_price="0.10")
    sender.send(Sms("Hi"), "+4915112345678")
    attributes = client.asked[0]["MessageAttributes"]
    assert attributes["AWS.SNS.SMS.MaxPrice"] == {"DataType": "Number", "StringValue": "0.10"}


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (client_error("TooManyRequestsException", 429), False),
        (client_error("SendingPausedException", 400), False),
        (client_error("MessageRejected", 400), False),
        (client_error("BadRequestException", 400), True),
        (client_error("AccessDeniedException", 403), False),
        (EndpointConnectionError(endpoint_url="x"), False),
        (ConnectTimeoutError(endpoint_url="x"), False),
        (NoCredentialsError(), False),
    ],
)
def test_the_provider_took_nothing(error, lasting):
    client = Client(error)
    with pytest.raises(RefusedError) as caught:
        mail_sender(client).send(MAIL, "jane@mail.example", TAGS)
    assert caught.value.lasting is lasting
    assert len(client.asked) == 1
    assert client.closed == 1


@pytest.mark.parametrize(
    "error",
    [
        client_error("InternalFailure", 500),
        client_error("ServiceUnavailable", 503),
        ReadTimeoutError(endpoint_url="x"),
        ConnectionClosedError(endpoint_url="x"),
        ClientError({"Error": {"Code": "?"}}, "SendEmail"),
    ],
)
def test_nobody_knows_whether_the_provider_took_it(error):
    client = Client(error)
    with pytest.raises(NoAnswerError):
        SnsSmsSender(client, sender_id="").send(Sms("Hi"), "+4915112345678")
    assert len(client.asked) == 1


@pytest.mark.parametrize("code", ["InvalidParameter", "ParameterValueInvalid"])
def test_sns_refuses_a_number_for_good(code):
    with pytest.raises(RefusedError) as caught:
        SnsSmsSender(Client(client_error(code, 400)), sender_id="").send(Sms("Hi"), "+49151")
    assert caught.value.lasting
