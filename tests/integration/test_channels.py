"""The channels beside mail: what the file of the operator may say, and messages over real HTTPS to a stand-in."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from models import signing
from models.ways import Way, WayKind
from tasks import channels as outside
from tasks.channels import Channels
from tasks.egress import Egress
from tasks.outgoing import Outgoing, Sent
from tests.listening import Listening, Request, listening, taken

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
FILE = """
eigenNetwerk = ["sms.example:{port}", "matrix.example:{port}", "teams.example:{port}", "ontvanger.example:{port}"]
certificaten = "{ca}"

[sms]
adres = "sms://sms.example:{port}/v1/messages"
koppen = {{ Authorization = "Bearer geheim-van-de-aanbieder" }}
bericht = {{ recipients = ["{{adres}}"], originator = "Pols", body = "{{tekst}}", reference = "pols-{{id}}" }}

[matrix]
adres = "matrixs://geheim-token@matrix.example:{port}/{{adres}}"

[teams]
veiligheid = "workflows://teams.example:{port}/643e69f83c8944438d68119179a10a64/geheimehandtekening/"

[webhook.zaaksysteem]
adres = "jsons://ontvanger.example:{port}/pols/berichten"
geheim = "{secret}"
"""
MESSAGE = Outgoing(
    "0197a000-0000-7000-8000-000000000001", "Zorg- en Veiligheidshuis", "Pols: Er staat een taak voor u klaar",
    "Er staat een taak klaar.\nKenmerk: K7QF-3M9P", short='Pols: "taak", kenmerk K7QF-3M9P. {adres} {id}',
)  # fmt: skip
PHONE, MATRIX = Way(WayKind.SMS, "+31612345678"), Way(WayKind.MATRIX, "@jan:politie.example")
TEAMS, WEBHOOK = Way(WayKind.TEAMS, "veiligheid"), Way(WayKind.WEBHOOK, "zaaksysteem")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(tmp_path_factory.mktemp("tls")) as made:
        yield made


def configured(server: Listening) -> Channels:
    return Channels.read(FILE.format(port=server.port, ca=server.ca_file, secret=SECRET))


async def send(server: Listening, way: Way, message: Outgoing = MESSAGE, **door: Any) -> Sent:
    channels = configured(server)
    return await outside.send(channels, message, way, channels.egress(resolve=server.resolve, **door))


async def test_an_sms_goes_as_the_provider_wants_it_and_in_one_breath(server: Listening) -> None:
    done = await send(server, PHONE)

    [came] = server.requests
    assert done == Sent()
    assert (came.verb, came.path) == ("POST", "/v1/messages")
    assert came.headers["Authorization"] == "Bearer geheim-van-de-aanbieder"
    assert came.json == {
        "recipients": ["+31612345678"], "originator": "Pols", "body": MESSAGE.short, "reference": f"pols-{MESSAGE.id}",
    }  # fmt: skip


async def test_a_channel_of_teams_gets_a_card(server: Listening) -> None:
    done = await send(server, TEAMS)

    [came] = server.requests
    assert done == Sent()
    assert came.path.startswith("/workflows/643e69f83c8944438d68119179a10a64/triggers/manual/paths/invoke?api-version=")
    assert "sig=geheimehandtekening" in came.path
    texts = [one["text"] for one in came.json["attachments"][0]["content"]["body"]]
    assert texts == [MESSAGE.subject, MESSAGE.text]


async def test_what_is_too_long_for_a_channel_is_said_in_one_breath(server: Listening) -> None:
    await send(server, TEAMS, Outgoing("i", "h", "Pols: Herinnering", "x" * 1001, short="Pols: 40 taken"))

    texts = [one["text"] for one in server.requests[0].json["attachments"][0]["content"]["body"]]
    assert texts == ["Pols: Herinnering", "Pols: 40 taken"]


def homeserver(rooms: dict[str, str]) -> Any:
    """The part of a Matrix homeserver that makes a room with somebody and takes what is said in it."""

    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        path = request.path.removeprefix("/_matrix/client/v3")
        if request.headers.get("Authorization") != "Bearer geheim-token":
            return 401, {}, b'{"errcode": "M_UNKNOWN_TOKEN"}'
        if path == "/account/whoami":
            return 200, {}, b'{"user_id": "@pols:matrix.example", "device_id": "D"}'
        if path == "/createRoom":
            rooms[request.json["invite"][0]] = "!kamer:matrix.example"
            return 200, {}, b'{"room_id": "!kamer:matrix.example"}'
        if path.endswith("m.direct") and request.verb == "GET":
            return 404, {}, b'{"errcode": "M_NOT_FOUND"}'
        return 200, {}, b'{"room_id": "!kamer:matrix.example", "event_id": "$1"}'

    return answer


async def test_somebody_on_matrix_is_told_in_a_room_with_them_and_twice_is_once(server: Listening) -> None:
    rooms: dict[str, str] = {}
    server.answers = homeserver(rooms)

    done = [await send(server, MATRIX), await send(server, MATRIX)]

    said = [one for one in server.requests if "/send/m.room.message/" in one.path]
    assert done == [Sent(), Sent()]
    assert rooms == {"@jan:politie.example": "!kamer:matrix.example"}
    assert {one.path.rsplit("/", 1)[1] for one in said} == {MESSAGE.id}, (
        "the server takes the same id for the same message"
    )
    assert "K7QF-3M9P" in said[0].json["body"]


async def test_a_system_can_tell_that_a_message_is_ours(server: Listening) -> None:
    done = await send(server, WEBHOOK)

    [came] = server.requests
    given = {name.lower(): value for name, value in came.headers.items()}
    assert done == Sent()
    assert came.path == "/pols/berichten"
    assert came.json == {"id": MESSAGE.id, "onderwerp": MESSAGE.subject, "tekst": MESSAGE.text}
    assert signing.is_genuine(SECRET, given, came.body, int(time.time()))
    assert given["webhook-id"] == MESSAGE.id


@pytest.mark.parametrize("way", [PHONE, MATRIX, TEAMS, WEBHOOK])
@pytest.mark.parametrize("status", [302, 400, 401, 404, 429, 500, 503])
async def test_who_refuses_is_a_code_of_ours(
    server: Listening, way: Way, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = lambda _request: (status, {"Location": "https://127.0.0.1/"}, b'{"error": "hun woorden"}')
    with caplog.at_level(logging.DEBUG):
        done = await send(server, way)

    assert done == Sent(f"geweigerd ({status})")
    assert not [one for one in caplog.messages if "hun woorden" in one or way.address in one or "geheim" in one]


async def test_who_is_not_there_does_not_answer_or_hangs_up_is_a_code_of_ours(server: Listening) -> None:
    channels = configured(server)
    gone = Channels.read(FILE.format(port=1, ca=server.ca_file, secret=SECRET))
    server.answers = lambda _request: (200, {"Content-Length": "10"}, b"")

    codes = [
        (await outside.send(gone, MESSAGE, PHONE, gone.egress(resolve=server.resolve))).code,
        (await send(server, PHONE, connect_seconds=2)).code,
        (await outside.send(channels, MESSAGE, PHONE, channels.egress(resolve=lambda _host: []))).code,
    ]

    assert codes[0] == "geen verbinding"
    assert codes[1] in {"geen antwoord", "verbinding verbroken"}
    assert codes[2] == "naam onbekend"


@pytest.mark.parametrize("way", [PHONE, MATRIX, TEAMS, WEBHOOK, Way(WayKind.TEAMS, "onbekend")])
async def test_what_the_operator_did_not_set_up_does_not_exist(way: Way) -> None:
    assert await outside.send(Channels.read(""), MESSAGE, way) == Sent("kanaal niet ingericht")


async def test_without_the_operator_opening_it_ones_own_network_is_not_reached(server: Listening) -> None:
    closed = Channels.read(
        FILE.format(port=server.port, ca=server.ca_file, secret=SECRET).replace("eigenNetwerk", "gebeurtenisHosts")
    )
    for way in (PHONE, MATRIX, TEAMS, WEBHOOK):
        done = await outside.send(closed, MESSAGE, way, closed.egress(resolve=server.resolve))
        assert done == Sent("adres niet toegestaan")

    assert server.requests == []


@pytest.mark.parametrize(
    "address",
    ["@a/../../_matrix/x:politie.example", "@a?mode=slack:politie.example", "@a%2f:politie.example", "@a#:p.example"],
)  # fmt: skip
async def test_an_address_changes_nothing_about_where_it_goes(server: Listening, address: str) -> None:
    """Such an address is never kept; if it were, it would still be no more than a name."""
    server.answers = homeserver({})
    await send(server, Way(WayKind.MATRIX, address))

    assert {one.headers["Host"] for one in server.requests} <= {f"matrix.example:{server.port}"}
    assert all(one.path.startswith("/_matrix/client/v3/") and ".." not in one.path for one in server.requests)


def test_of_apprise_nothing_can_be_made_from_an_address_but_mail() -> None:
    from apprise import Apprise  # noqa: PLC0415 - imported late, as the product does

    outside._services()

    for url in (
        "json://169.254.169.254/", "jsons://127.0.0.1/", "signal://127.0.0.1:8080/1/2", "apprise://127.0.0.1/t",
        "syslog://", "workflows://x.example/a/b", "matrixs://t@x.example/!a", "form://127.0.0.1", "xml://127.0.0.1",
        "slack://a/b/c", "file:///etc/passwd", "ntfy://127.0.0.1/x", "rsyslog://127.0.0.1",
    ):  # fmt: skip
        assert Apprise.instantiate(url) is None, url
    assert Apprise.instantiate("mailto://a:b@x.example") is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[sms", "no TOML"),
        ("[fax]\nadres = 'x'", "fax"),
        ("[matrix]\nadres = 'json://169.254.169.254/{adres}'", "begint met matrixs://"),
        ("[matrix]\nadres = 'matrixs://geheim@m.example/kamer'", "{adres} eenmaal"),
        ("[matrix]\nadres = 'matrixs://geheim@{adres}/'", "noemt een server"),
        ("[matrix]\nadres = 'matrixs://geheim@m.example/{adres}?mode=slack'", "geen opties"),
        ("[teams]\na = 'workflows://t.example/w/s/?template=/etc/passwd'", "geen opties"),
        ("[teams]\na = 'workflows://t.example/w/{adres}/'", "accolades"),
        ("[teams]\na = 'https://t.example/'", "begint met workflows://"),
        ("[webhook.a]\nadres = 'jsons://o.example/'\ngeheim = 'geheim-en-kort'", "whsec_"),
        ("[webhook.a]\nadres = 'jsons://o.example/?method=GET'\ngeheim = 'x'", "geen opties"),
        ("[sms]\nadres = 'sms://s.example/'", "bericht"),
        ("eigenNetwerk = ['https://x.example']", "eigenNetwerk"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_plain_words_that_repeat_no_secret(text: str, why: str) -> None:
    with pytest.raises(ValueError, match="channels file") as wrong:
        Channels.read(text)

    assert why in str(wrong.value)
    assert "geheim-en-kort" not in str(wrong.value)
    assert "geheim@" not in str(wrong.value)


def test_who_checks_the_file_hears_what_there_is_and_no_secret(server: Listening) -> None:
    channels = configured(server)

    assert channels.names() == ["e-mail", "sms", "matrix", "teams veiligheid", "webhook zaaksysteem"]
    assert "geheim" not in repr(channels) + str(channels)
    assert Channels.read("").names() == ["e-mail"]


async def test_the_door_is_the_same_for_all_of_them(server: Listening) -> None:
    """What a service of ours sends goes through `Egress`: with one that leads nowhere nothing comes out of any."""
    channels = configured(server)
    for way in (PHONE, MATRIX, TEAMS, WEBHOOK):
        closed = Egress(frozenset(channels.own), channels.ca_file, lambda _host: [])
        assert (await outside.send(channels, MESSAGE, way, closed)).code == "naam onbekend"

    assert server.requests == []
    server.answers = taken
