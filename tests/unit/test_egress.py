"""The door to outside: what is nobody's to reach is not reached, whatever form it is written in (trust, test 40).

Every attempt to connect in this process is seen by an audit hook, and canaries listen on loopback.
"""

import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from models.egress import is_name, is_outside, place_of
from tasks.egress import NOT_ALLOWED, Egress, NotReached, trusting
from tests.listening import Listening, Request, listening

#: addresses of one's own network, of a link, of a group, of documentation, and those that hide another
INSIDE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.254", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.0.0.53",  # noqa: S104 - nothing is bound there
    "127.1.2.3", "127.255.255.254", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.254",
    "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.178.1", "192.168.255.254",
    "198.18.0.1", "198.19.255.254", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1",
    "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "2002:a9fe:a9fe::1",
    "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fd12:3456:789a::1", "fe80::1", "fe80::1%1",
    "febf::1", "fec0::1", "ff02::1", "ff05::2", "ff0e::1",
)  # fmt: skip
#: the same in forms that some programs understand and others do not; and names that lead to one's own network
ODD_HOSTS = (
    "2130706433", "017700000001", "0x7f000001", "0x7f.0x0.0x0.0x1", "0177.0.0.1", "127.1", "127.0.1", "0",
    "127.000.000.001", "127.0.0.1.", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "3232235521",
    "0xc0.0xa8.0.1", "192.168.257", "10.1", "4294967295", "00000000177.0.0.1", "127.0.0.1.example..", "①②⑦.⓪.⓪.①",
    "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "pols.local", "router.lan",
    "nas.home", "db.internal", "metadata.google.internal", "intranet", "server.intranet", "host.corp",
    "1.0.0.127.in-addr.arpa", "db", "prefect", "kubernetes.default.svc", "a..example", "-a.example", "a-.example",
    "a_b.example", "exa mple.example", "example.1", "example.0x1", "127.0.0.1.1", "\uff45xample.example",
    "exämple.example",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[fe80::1%25lo]", "[0:0:0:0:0:ffff:7f00:1]", "[64:ff9b::7f00:1]", "::1",
    "[2002:7f00:1::]", "[::127.0.0.1]", "[fd00:ec2::254]",
)  # fmt: skip
#: whole addresses with something in them that leads elsewhere, or says more than a place
ODD_URLS = (
    "http://ontvanger.example/", "HTTPS://ontvanger.example/", "//ontvanger.example/", "ontvanger.example", "",
    "https:ontvanger.example", "https:/ontvanger.example", "https:///ontvanger.example", "https://", "https:// /",
    "ftp://ontvanger.example/", "file:///etc/passwd", "gopher://127.0.0.1:25/_MAIL", "dict://127.0.0.1:11211/stats",
    "javascript:alert(1)", "data:text/plain,x", "mailto://u:p@x.example?smtp=127.0.0.1", "json://127.0.0.1/",
    "jsons://127.0.0.1/", "apprise://127.0.0.1/t", "signal://127.0.0.1:8080/1", "syslog://",
    "unix:///var/run/docker.sock",
    "https://gebruiker@ontvanger.example/", "https://ontvanger.example@127.0.0.1/",
    "https://127.0.0.1@ontvanger.example/",
    "https://a:b@ontvanger.example/", "https://ontvanger.example:@127.0.0.1/", "https://ontvanger.example#@127.0.0.1/",
    "https://127.0.0.1#@ontvanger.example/", "https://127.0.0.1\\@ontvanger.example/",
    "https://ontvanger.example\\@127.0.0.1/",
    "https://127.0.0.1%2523@ontvanger.example/", "https://ontvanger.example:443:80/", "https://ontvanger.example:0/",
    "https://ontvanger.example:65536/", "https://ontvanger.example:-1/", "https://ontvanger.example:x/",
    "https://ontvanger.example:0443/", "https://ontvanger.example:443\r\nHost: 127.0.0.1/",
    "https://ontvanger.example/\r\nX: y", "https://ontvanger.example/\nGET / HTTP/1.1", "https://ontvanger.example/\t",
    "https://ontvanger.example/ x", "https://ontvanger.example/\x00", "https://ontvanger.example/é",
    "https://ontvanger.example/%zz", "https://ontvanger.example/%", "https://ontvanger.example/<x>",
    "https://ontvanger.example/{adres}", "https://ontvanger.example/#deel", "https://ontvanger.example\u3002nl/",
    "https://ontvanger\u3002example/", "https://ontvanger.example\uff0fx", "https://\u24dentvanger.example/",
    " https://ontvanger.example/",
    "https://ontvanger.example/\u202e", "https://[v1.a]/", "https://[]/", "https://[::1/", "https://::1]/",
    "https://ontvanger.example/" + "a" * 1000, "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
)  # fmt: skip
CORPUS = tuple(dict.fromkeys((
    *(f"https://{one}/" for one in INSIDE if ":" not in one), *(f"https://[{one}]/" for one in INSIDE if ":" in one),
    *(f"https://{one}/" for one in ODD_HOSTS), *ODD_URLS,
    *(f"https://{one}:{port}/" for one in ("127.0.0.1", "[::1]", "localhost") for port in (22, 25, 80, 4200, 5432, 8080)),  # noqa: E501 - one after another
)))  # fmt: skip

_SEEN: list[Any] = []
_LOOKING = [False]


def _hook(event: str, given: tuple[Any, ...]) -> None:
    if _LOOKING[0] and event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        _SEEN.append((event, given[1:] if event == "socket.connect" else given[:2]))


sys.addaudithook(_hook)


@contextmanager
def connections() -> Iterator[list[Any]]:
    """What this process tries to connect to or look up meanwhile; a hook cannot be taken out, so it is told to look."""
    _SEEN.clear()
    _LOOKING[0] = True
    try:
        yield _SEEN
    finally:
        _LOOKING[0] = False


@contextmanager
def canary(address: str = "127.0.0.1", family: int = socket.AF_INET) -> Iterator[tuple[int, list[object]]]:
    """Somebody who listens in one's own network, and must never be called."""
    called: list[object] = []
    with socket.socket(family) as listener:
        listener.bind((address, 0))
        listener.listen()
        listener.settimeout(0.05)
        over = threading.Event()

        def wait() -> None:
            while not over.is_set():
                try:
                    called.append(listener.accept())
                except TimeoutError:
                    continue

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        try:
            yield listener.getsockname()[1], called
        finally:
            over.set()
            waiting.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(tmp_path_factory.mktemp("tls")) as made:
        yield made


def post(egress: Egress, url: str) -> int:
    return egress.request("POST", url, headers={}, body=b"{}").status


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(CORPUS) >= 200


def test_nothing_of_the_corpus_is_an_address_that_a_system_may_be_subscribed_at() -> None:
    assert [url for url in CORPUS if place_of(url) is not None] == []


def test_nothing_of_the_corpus_is_connected_to_or_even_looked_up() -> None:
    with canary() as (port, called), canary("::1", socket.AF_INET6) as (port6, called6), connections() as seen:
        more = [f"https://127.0.0.1:{port}/", f"https://[::1]:{port6}/", f"https://localhost:{port}/"]
        for url in (*CORPUS, *more):
            with pytest.raises(NotReached):
                post(Egress(), url)

    assert seen == []
    assert called + called6 == []


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_connected_to(address: str) -> None:
    with connections() as seen, pytest.raises(NotReached) as refused:
        post(Egress(resolve=lambda _host: [address]), "https://ontvanger.example/")

    assert (refused.value.code, seen) == (NOT_ALLOWED, [])
    assert not is_outside(address)


def test_a_name_that_leads_outside_and_inside_is_not_connected_to() -> None:
    with connections() as seen, pytest.raises(NotReached):
        post(Egress(resolve=lambda _host: ["8.8.8.8", "127.0.0.1"]), "https://ontvanger.example/")

    assert seen == []


def test_what_is_connected_to_is_what_was_looked_at_though_the_name_leads_elsewhere_the_next_time() -> None:
    asked = []

    def rebinding(host: str) -> list[str]:
        asked.append(host)
        return ["192.0.32.8"] if len(asked) == 1 else ["127.0.0.1"]

    with canary() as (_port, called), connections() as seen, pytest.raises(NotReached):
        post(Egress(resolve=rebinding, connect_seconds=0.2), "https://ontvanger.example/")

    assert asked == ["ontvanger.example"]
    assert {given[0][0] for event, given in seen if event == "socket.connect"} <= {"192.0.32.8"}
    assert called == []


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "145.21.0.1", "2a00:1450:4001::1", "2606:4700::1111"])
def test_what_is_somebody_elses_counts_as_outside(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://a.example", "a.example"), ("https://a.b-c.example/x/y?z=1&u=%20", "a.b-c.example"),
        ("https://xn--bcher-kva.xn--p1ai/", "xn--bcher-kva.xn--p1ai"), ("https://a.example:8443/x", "a.example:8443"),
        ("https://a.example:443/", "a.example"),
    ],
)  # fmt: skip
def test_a_plain_address_is_one(url: str, place: str) -> None:
    assert place_of(url) == place


def test_only_the_operator_opens_ones_own_network_by_place(server: Listening) -> None:
    place = f"ontvanger.example:{server.port}"
    opened = Egress(frozenset({place}), server.ca_file, server.resolve)
    elsewhere = Egress(frozenset({"ander.example"}), server.ca_file, server.resolve)

    assert post(opened, f"https://{place}/hier?x=1") == 200
    assert (server.requests[-1].path, server.requests[-1].headers["Host"]) == ("/hier?x=1", place)
    with pytest.raises(NotReached, match=NOT_ALLOWED):
        post(elsewhere, f"https://{place}/hier")


def test_a_certificate_of_nobody_is_not_trusted_and_nothing_is_sent(server: Listening) -> None:
    place, before = f"ontvanger.example:{server.port}", len(server.requests)
    for egress, name in (
        (Egress(frozenset({place}), None, server.resolve), place),
        (Egress(frozenset({f"ander.example:{server.port}"}), server.ca_file, server.resolve),
        f"ander.example:{server.port}"),
    ):  # fmt: skip
        with pytest.raises(NotReached, match="certificaat niet vertrouwd"):
            post(egress, f"https://{name}/")

    assert len(server.requests) == before
    assert trusting(None).verify_mode is trusting(server.ca_file).verify_mode is ssl.CERT_REQUIRED


def test_a_redirect_is_not_followed(server: Listening) -> None:
    with canary() as (port, called):
        server.answers = lambda _request: (307, {"Location": f"https://127.0.0.1:{port}/geheim"}, b"")
        place = f"ontvanger.example:{server.port}"
        answer = Egress(frozenset({place}), server.ca_file, server.resolve).request(
            "POST", f"https://{place}/", headers={}, body=b"{}"
        )

    assert (answer.status, answer.code) == (307, "geweigerd (307)")
    assert called == []


def test_no_proxy_of_the_environment_is_used(server: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    with canary() as (port, called):
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        server.answers = lambda _request: (200, {}, b"")
        place = f"ontvanger.example:{server.port}"

        assert post(Egress(frozenset({place}), server.ca_file, server.resolve), f"https://{place}/") == 200
    assert called == []


def test_who_answers_a_byte_at_a_time_is_not_waited_for(server: Listening) -> None:
    def drop_by_drop(_request: Request) -> tuple[int, dict[str, str], bytes]:
        return 200, {"Content-Length": "1000000"}, b"x"  # and then nothing, on a line that stays open

    server.answers = drop_by_drop
    place = f"ontvanger.example:{server.port}"
    egress = Egress(frozenset({place}), server.ca_file, server.resolve, connect_seconds=2, seconds=3)

    with pytest.raises(NotReached, match=r"geen antwoord|verbroken"):
        post(egress, f"https://{place}/")


def test_no_more_is_read_than_the_beginning(server: Listening) -> None:
    server.answers = lambda _request: (200, {}, b"x" * 1_000_000)
    place = f"ontvanger.example:{server.port}"
    egress = Egress(frozenset({place}), server.ca_file, server.resolve)

    assert len(egress.request("GET", f"https://{place}/", headers={}).body) == 65_536


@pytest.mark.parametrize("host", ODD_HOSTS)
def test_no_odd_host_is_a_name(host: str) -> None:
    assert not is_name(host)
