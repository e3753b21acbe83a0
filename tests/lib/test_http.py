"""Nothing that an outsider types leads into the operator's own network."""

import gzip
import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pelekan.lib import http
from pelekan.lib.http import Refused, Unreachable, check_host, check_url, connect, request

HOME = ["127.0.0.0/8"]


@contextmanager
def server(answer, tls=None):
    """A raw TCP server on this machine; `answer(connection, request head)` writes what it likes."""
    listening = socket.create_server(("127.0.0.1", 0))
    heads: list[bytes] = []

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection):
        with (
            suppress(OSError),
            tls.wrap_socket(connection, server_side=True) if tls else connection as connection,
        ):
            head = b""
            while not whole(head) and (chunk := connection.recv(65536)):
                head += chunk
            heads.append(head)
            answer(connection, head)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heads
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def plainly(body=b"done", status=b"200 OK", *more):
    head = b"\r\n".join([b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *more])
    return lambda connection, _: connection.sendall(head + b"\r\n\r\n" + body)


@pytest.fixture
def names(monkeypatch):
    """What the resolver says: {name: addresses, or a list of answers one after the other}."""
    known: dict[str, list[str]] = {}
    monkeypatch.setattr(http, "_look_up", lambda name, port, seconds: known.get(name, []))
    return known


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]", "10.1.2.3", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "[fe80::1]", "[fc00::1]", "[fd12::1]", "224.0.0.1",
        "255.255.255.255", "[ff02::1]",
    ],
)  # fmt: skip
def test_wh_01_plain_internal_targets(host):
    with pytest.raises(Refused, match="public"):
        check_url(f"https://{host}/hook")
    with pytest.raises(Refused, match="public"):
        request("POST", f"https://{host}/hook", content=b"{}")


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "127.1", "localhost.", "LOCALHOST", "①27.0.0.1"],
)
def test_wh_02_other_notations(host):
    with pytest.raises((Refused, Unreachable)):
        check_host(host, 80)


def test_wh_02_names_that_lead_home(names):
    names["127.0.0.1.nip.example"] = ["127.0.0.1"]
    names["mixed.example"] = ["93.184.215.14", "10.0.0.1"]
    for name in names:
        with pytest.raises(Refused, match="public"):
            check_url(f"https://{name}/")


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"303 See", b"307 T", b"308 P"])
def test_wh_03_redirect(status):
    with server(plainly(b"", status, b"Location: http://127.0.0.1:1/")) as (url, heads):
        reply = request("POST", url, content=b"{}", allow=HOME)
    assert reply.status == int(status[:3])
    assert not reply.ok
    assert len(heads) == 1


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://example.com", "ftp://example.com", "//x", "", "x"]
)
def test_wh_03_other_schemes(url):
    with pytest.raises(Refused):
        check_url(url)


def test_wh_04_dns_rebinding(monkeypatch):
    """The name is looked up once, and the socket goes where that answer said."""
    asked, connected = [], []

    def look_up(name, port, seconds):
        asked.append(name)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    def create_connection(address, *args, **kwargs):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(http, "_look_up", look_up)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    with pytest.raises(Unreachable):
        request("GET", "http://rebind.example/")
    with pytest.raises(Unreachable):
        connect(http.Target("rebind.example", 993, ("93.184.215.14",)))
    assert asked == ["rebind.example"]
    assert connected == ["93.184.215.14", "93.184.215.14"]


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100.64.0.1", "192.0.0.1", "198.18.0.1", "203.0.113.5",
        "2001:db8::1", "fec0::1", "fe80::1%eth0", "240.0.0.1", "192.88.99.1",
    ],
)  # fmt: skip
def test_wh_05_ipv4_inside_ipv6_and_cgnat(address, names):
    names["inside.example"] = [address]
    with pytest.raises(Refused, match="public"):
        check_host("inside.example", 443)


def test_public_addresses_pass(names):
    names["open.example"] = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
    assert check_url("https://open.example:8443/x").addresses == tuple(names["open.example"])
    assert check_url("https://open.example/x").port == 443


def test_the_operators_own_hosts_pass_when_listed(names):
    names["mail.example.lan"] = ["10.0.0.5"]
    assert check_host("Mail.Example.LAN.", 993, allow=["mail.example.lan"]).addresses == ("10.0.0.5",)
    assert check_host("mail.example.lan", 993, allow=["10.0.0.0/24"]).host == "mail.example.lan"
    for allow in (["10.0.1.0/24"], ["example.lan"], ["10.0.0.6"]):
        with pytest.raises(Refused, match="allowed hosts"):
            check_host("mail.example.lan", 993, allow=allow)


@pytest.mark.parametrize("host", ["", "a b", "a/b", "user@host", "x" * 300, "a\r\nb", "-\u200e-", "a#b"])
def test_what_is_no_host_name_is_refused(host):
    with pytest.raises(Refused, match=r"like mail\.example\.com"):
        check_host(host, 25)


def test_a_wrong_port_or_an_unknown_name_says_so(names):
    with pytest.raises(Refused, match="65535"):
        check_host("example.com", 0)
    with pytest.raises(Unreachable, match="spelled right"):
        check_host("nowhere.example", 25)


def test_credentials_do_not_belong_into_a_url():
    with pytest.raises(Refused, match="header"):
        check_url("https://user:secret@example.com/")


def test_a_request_arrives_as_it_was_given(names):
    names["hooks.example"] = ["127.0.0.1"]
    with server(plainly("سلام".encode())) as (url, heads):
        port = url.rpartition(":")[2]
        reply = request(
            "POST",
            f"http://hooks.example:{port}/in?a=%20b",
            headers={"X-Id": "1"},
            content="پیام".encode(),
            allow=["hooks.example"],
        )
    assert (reply.status, reply.body.decode(), reply.cut) == (200, "سلام", False)
    head = heads[0]
    assert head.startswith(b"POST /in?a=%20b HTTP/1.1\r\n")
    assert f"Host: hooks.example:{port}".encode() in head
    assert b"X-Id: 1" in head
    assert head.endswith("\r\n\r\nپیام".encode())


WHOLE = 120  # seconds that a bad receiver goes on


def drip(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(WHOLE * 20):
        connection.sendall(b"X")
        time.sleep(0.05)


def no_end(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def long_headers(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n")


def silent(connection, _):
    connection.settimeout(WHOLE)
    while connection.recv(65_536):
        pass


@pytest.mark.parametrize("answer", [drip, silent, long_headers])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_wh_11_bad_receivers(answer, scheme):
    """Each is cut off when the time of the whole request is over; over https the handshake never comes."""
    began = time.monotonic()
    with server(answer) as (url, _), pytest.raises(Unreachable):
        request("GET", url.replace("http:", scheme + ":"), allow=HOME, seconds=0.4)
    assert time.monotonic() - began < WHOLE / 2, "it was not the receiver that ended it"


def test_wh_11_endless_bodies_are_cut():
    with server(no_end) as (url, _):
        reply = request("GET", url, allow=HOME)
    assert reply.cut
    assert len(reply.body) == http.MOST_BYTES


def test_wh_11_gzip_bomb_stays_packed():
    bomb = gzip.compress(b"0" * 10_000_000)
    with server(plainly(bomb, b"200 OK", b"Content-Encoding: gzip")) as (url, heads):
        reply = request("GET", url, allow=HOME)
    assert reply.body == bomb
    assert b"Accept-Encoding: identity" in heads[0]


def test_the_environment_sends_nothing_through_a_proxy(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with server(plainly()) as (url, _):
        assert request("GET", url, allow=HOME).ok


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for hooks.example, as (certificate file, key file)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    today = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


def test_tls_is_checked_against_the_name_though_the_connection_goes_to_an_address(
    names, monkeypatch, certificate
):
    names["hooks.example"] = names["other.example"] = ["127.0.0.1"]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    with server(plainly(), context) as (url, _):
        port = url.rpartition(":")[2]
        with pytest.raises(Unreachable, match="certificate"):
            request("GET", f"https://hooks.example:{port}/", allow=HOME)
        trusting = ssl.create_default_context(cafile=certificate[0])
        monkeypatch.setattr(http, "_tls", lambda: trusting)
        assert request("GET", f"https://hooks.example:{port}/", allow=HOME).ok
        with pytest.raises(Unreachable, match="certificate"):
            request("GET", f"https://other.example:{port}/", allow=HOME)
