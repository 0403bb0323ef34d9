"""Signing in through a provider: a real one on loopback that checks us, and that lies where a test wants it to."""

import json
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import text

from api.oidc import Known, ProviderGone, Relying, key_of
from api.ways import Ways
from api.workplace.app import create_workplace
from api.workplace.entering import NOT_GOOD
from api.workplace.visits import COOKIE, FLOW
from models.casebook import sessions
from models.casebook.identities import FLOW_LASTS, Flow
from models.casebook.setup import hashed
from models.refusals import NotSignedIn
from models.transactions import signed_in, unit_of_work
from tests import factories
from tests.conftest import Databases
from tests.entering import csrf, email_of
from tests.factories import AHouse
from tests.provider import ACR, CLIENT, Provider, providing

BACK, AFTER = "https://pols.example/aanmelden/terug", "https://pols.example/aanmelden"
KEY = RSAKey.generate_key(2048, auto_kid=True)


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[Provider]:
    async with providing(KEY, BACK, AFTER) as made:
        yield made


def known(provider: Provider, **facts: Any) -> Known:
    return replace(Known(provider.server.issuer, CLIENT, KEY, BACK, AFTER), **facts)


@dataclass
class Traveller:
    """Somebody with a browser that goes to the provider and comes back."""

    client: httpx2.AsyncClient
    provider: Provider

    async def leave(self) -> str:
        """To the provider; answers the address that it sends the browser back to."""
        return await self.follow(await self.client.post("/aanmelden/organisatie"))

    async def follow(self, page: httpx2.Response) -> str:
        """Go where a page of ours leads; answers where the provider sends the browser."""
        assert page.status_code == 200, page.text
        async with httpx2.AsyncClient() as there:
            sent = await there.get(led_to(page))
        assert sent.status_code == 307, sent.text
        return sent.headers["location"]

    async def sign_in(self) -> httpx2.Response:
        """There and back."""
        return await self.client.get(await self.leave())


def led_to(page: httpx2.Response) -> str:
    """Where a page of ours leads the browser by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


async def travelling(db: Databases, provider: Provider, **facts: Any) -> AsyncIterator[Traveller]:
    provider.lie = None
    provider.asked.clear()
    ways = Ways(provider=Relying(known(provider, **facts)), wall=time.time)
    app = create_workplace(db.web, ways)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        yield Traveller(client, provider)


@pytest.fixture
async def traveller(db: Databases, provider: Provider) -> AsyncIterator[Traveller]:
    async for made in travelling(db, provider, acr=(ACR,)):
        yield made


@pytest.fixture
async def other(db: Databases, provider: Provider) -> AsyncIterator[Traveller]:
    async for made in travelling(db, provider):
        yield made


def vouch(provider: Provider, house: AHouse, key: str, **facts: Any) -> None:
    """The provider has somebody of the house before it."""
    provider.vouch_for(f"{key}-{house.slug}", **{"email": email_of(house, key), "email_verified": True} | facts)


async def is_in(client: httpx2.AsyncClient, name: str) -> bool:
    answer = await client.get("/")
    return answer.status_code == 200 and name in answer.text


# The way it goes


async def test_somebody_signs_in_through_their_organisation(
    db: Databases, house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    page = await traveller.sign_in()

    assert (page.status_code, led_to(page)) == (200, "/")
    assert await is_in(traveller.client, "Regisseur Fictief")
    assert FLOW not in traveller.client.cookies
    async with unit_of_work(house.actors["privacy"], db.web) as work:
        actions = await work.session.scalars(text("SELECT action FROM audit_line ORDER BY id"))
        assert list(actions) == ["aangemeld", "identiteit gekoppeld"]
    async with signed_in(hashed(traveller.client.cookies[COOKIE]), db.web) as (work, _):
        assert sessions.is_fresh(work)


async def test_we_prove_ourselves_with_our_key_and_the_code_with_pkce(
    house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    await traveller.sign_in()
    asked, token = provider.asked

    assert asked["code_challenge_method"] == "S256"
    assert {len(asked[name]) for name in ("code_challenge", "state", "nonce")} == {43}
    assert asked["acr_values"] == ACR
    assert "client_secret" not in token
    claims = jwt.decode(token["client_assertion"], KEY, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, f"{provider.server.issuer}/token")
    assert claims["exp"] - time.time() <= 60


async def test_the_provider_refuses_a_code_without_its_proof_and_a_client_with_another_key(
    provider: Provider, house: AHouse
) -> None:
    vouch(provider, house, "regisseur")
    stranger = RSAKey.generate_key(2048, auto_kid=True)
    for ours, verifier in ((KEY, "w" * 64), (stranger, "v" * 64)):
        relying = Relying(known(provider, key=ours))
        flow = Flow("s" * 43, "b" * 43, "n" * 43, "v" * 64, int(time.time()))
        async with httpx2.AsyncClient() as there:
            sent = await there.get(await relying.address(flow, wall=time.time()))
        answer = dict(parse_qsl(urlsplit(sent.headers["location"]).query))

        with pytest.raises(NotSignedIn):
            await relying.vouched(replace(flow, verifier=verifier), answer, wall=time.time())


async def test_afterwards_the_subject_decides_and_not_the_address(
    house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    await traveller.sign_in()
    vouch(provider, house, "regisseur", email=email_of(house, "manager"), email_verified=False)
    await traveller.sign_in()

    assert await is_in(traveller.client, "Regisseur Fictief")


async def test_nobody_takes_over_somebody_by_their_address(
    house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    await traveller.sign_in()
    traveller.client.cookies.clear()
    provider.vouch_for(f"een-ander-{house.slug}", email=email_of(house, "regisseur"), email_verified=True)

    assert (await traveller.sign_in()).status_code == 403
    assert COOKIE not in traveller.client.cookies


async def test_an_address_of_two_people_binds_nobody(own_db: Databases, provider: Provider) -> None:
    house, neighbours = await factories.a_house(own_db.owner), await factories.a_house(own_db.owner)
    async with own_db.owner.engine.begin() as connection:
        await connection.execute(
            text("UPDATE person SET email = :e WHERE id = :p"),
            {"e": email_of(house, "regisseur").title(), "p": neighbours.person("regisseur")},
        )
    vouch(provider, house, "regisseur")
    async for traveller in travelling(own_db, provider):
        assert (await traveller.sign_in()).status_code == 403


# What must be refused


def _changed(**changes: Any) -> Any:
    def lie(claims: dict[str, Any], _header: dict[str, Any]) -> None:
        claims.update(changes)
        for name in [name for name, value in changes.items() if value is None]:
            del claims[name]

    return lie


def _unsigned(claims: dict[str, Any], _header: dict[str, Any]) -> str:
    parts = (urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "none"}, claims))
    return ".".join(parts) + "."


def _with_another_key(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return jwt.encode(header, claims, RSAKey.generate_key(2048))


LIES: dict[str, Any] = {
    "wrong nonce": _changed(nonce="n" * 43), "no nonce": _changed(nonce=None),
    "other audience": _changed(aud=["een-ander"]), "for us and others": _changed(aud=[CLIENT, "een-ander"]),
    "by way of another": _changed(azp="een-ander"), "no audience": _changed(aud=None),
    "expired": _changed(exp=int(time.time()) - 60), "no end": _changed(exp=None),
    "from the future": _changed(iat=int(time.time()) + 3600), "no beginning": _changed(iat=None),
    "other issuer": _changed(iss="https://kwaad.example"), "no subject": _changed(sub=None),
    "not sure enough": _changed(acr="0"), "no level": _changed(acr=None), "unsigned": _unsigned,
    "other key": _with_another_key, "no token": lambda _claims, _header: "geen.token.hier",
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
async def test_an_identity_that_is_not_as_it_must_be_is_refused_with_one_answer(
    db: Databases, house: AHouse, provider: Provider, traveller: Traveller, name: str
) -> None:
    vouch(provider, house, "regisseur")
    provider.lie = LIES[name]
    page = await traveller.sign_in()

    assert (page.status_code, NOT_GOOD in page.text) == (403, True)
    assert COOKIE not in traveller.client.cookies
    provider.lie = None
    assert (await traveller.sign_in()).status_code == 200, "the truth is believed"
    async with db.owner.engine.begin() as connection:
        bound = await connection.scalar(
            text("SELECT count(*) FROM identity WHERE person_id = :p"), {"p": house.person("regisseur")}
        )
    assert bound == 1


async def test_a_signature_with_a_shared_secret_is_refused(
    house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    """The old trick: what everybody knows of the key of the provider as the secret of an HMAC."""
    vouch(provider, house, "regisseur")
    public = OctKey.import_key(str(provider.keys.as_dict(private=False)["n"]))
    provider.lie = lambda claims, header: jwt.encode(header | {"alg": "HS256"}, claims, public)

    assert (await traveller.sign_in()).status_code == 403


@pytest.mark.parametrize(
    "facts",
    [{"email_verified": False}, {"email_verified": "true"}, {"email": "niemand@elders.example"}, {"email": ""}],
    ids=["unverified", "verified in words", "not designated", "no address"],
)
async def test_an_address_that_the_provider_did_not_verify_or_nobody_has_opens_nothing(
    house: AHouse, provider: Provider, traveller: Traveller, facts: dict[str, Any]
) -> None:
    vouch(provider, house, "regisseur", **facts)

    assert (await traveller.sign_in()).status_code == 403
    assert COOKIE not in traveller.client.cookies


async def test_who_may_no_longer_enter_does_not_by_their_organisation_either(
    db: Databases, house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    await traveller.sign_in()
    async with db.owner.engine.begin() as connection:
        await connection.execute(
            text("UPDATE person SET active = false WHERE id = :p"), {"p": house.person("regisseur")}
        )

    assert not await is_in(traveller.client, "Regisseur Fictief")
    assert (await traveller.sign_in()).status_code == 403


async def test_a_state_is_good_once(house: AHouse, provider: Provider, traveller: Traveller) -> None:
    vouch(provider, house, "regisseur")
    address = await traveller.leave()
    browser = traveller.client.cookies[FLOW]
    first = await traveller.client.get(address)
    traveller.client.cookies.set(FLOW, browser, domain="pols.example", path="/")
    again = await traveller.client.get(address)

    assert (first.status_code, again.status_code) == (200, 403)


async def test_a_state_of_another_browser_is_refused_and_stays_good_in_its_own(
    house: AHouse, provider: Provider, traveller: Traveller, other: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    address = await traveller.leave()
    await other.leave()
    stolen = await other.client.get(address)
    other.client.cookies.clear()
    bare = await other.client.get(address)

    assert (stolen.status_code, bare.status_code) == (403, 403)
    assert COOKIE not in other.client.cookies
    assert (await traveller.client.get(address)).status_code == 200


async def test_a_state_is_good_for_minutes(own_db: Databases, provider: Provider) -> None:
    house = await factories.a_house(own_db.owner)
    vouch(provider, house, "regisseur")
    async for traveller in travelling(own_db, provider):
        address = await traveller.leave()
        await own_db.shift((FLOW_LASTS + timedelta(seconds=1)).total_seconds())

        assert (await traveller.client.get(address)).status_code == 403


@pytest.mark.parametrize("change", [{"state": "x" * 43}, {"iss": "https://kwaad.example"}, {"error": "access_denied"}])
async def test_an_answer_that_is_not_the_one_we_asked_for_is_refused(
    house: AHouse, provider: Provider, traveller: Traveller, change: dict[str, str]
) -> None:
    vouch(provider, house, "regisseur")
    answer = dict(parse_qsl(urlsplit(await traveller.leave()).query)) | change

    assert (await traveller.client.get("/aanmelden/terug", params=answer)).status_code == 403
    assert COOKIE not in traveller.client.cookies


@pytest.mark.parametrize(("given", "status"), [(["pwd", "otp"], 200), (["pwd"], 403), ("pwd otp", 403), (None, 403)])
async def test_the_means_that_the_operator_wants_are_needed(
    db: Databases, house: AHouse, provider: Provider, given: Any, status: int
) -> None:
    vouch(provider, house, "regisseur")
    async for traveller in travelling(db, provider, amr=("otp",)):
        provider.lie = lambda claims, _header: claims.update(amr=given)

        assert (await traveller.sign_in()).status_code == status


async def test_a_provider_that_does_not_answer_is_said_to_be_away(db: Databases, provider: Provider) -> None:
    async for traveller in travelling(db, provider, issuer="http://127.0.0.1:9"):
        answer = await traveller.client.post("/aanmelden/organisatie")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_provider_that_calls_itself_otherwise_is_not_believed(provider: Provider) -> None:
    relying = Relying(known(provider, issuer=provider.server.issuer.replace("127.0.0.1", "localhost")))
    flow = Flow("s" * 43, "b" * 43, "n" * 43, "v" * 64, 0)

    with pytest.raises(ProviderGone, match="another issuer"):
        await relying.address(flow, wall=time.time())
    with pytest.raises(ProviderGone, match="no https"):
        Relying(known(provider, issuer="http://pols.example"))


async def test_without_a_provider_there_is_no_such_way(db: Databases) -> None:
    transport = httpx2.ASGITransport(app=create_workplace(db.web, Ways()))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        assert (await client.post("/aanmelden/organisatie")).status_code == 404
        assert (await client.get("/aanmelden/terug?code=x&state=y")).status_code == 404


# Again, and out


async def confirming(traveller: Traveller) -> httpx2.Response:
    sent = csrf(traveller.client) | {"terug": "/casussen"}
    return await traveller.client.get(await traveller.follow(await traveller.client.post("/bevestigen", data=sent)))


async def test_confirming_again_asks_the_provider_anew_and_gives_the_session_a_new_secret(
    db: Databases, house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    await traveller.sign_in()
    before = traveller.client.cookies[COOKIE]
    async with db.owner.engine.begin() as connection:
        await connection.execute(
            text("UPDATE web_session SET factor_at = NULL WHERE secret_hash = :h"), {"h": hashed(before)}
        )
    page = await confirming(traveller)
    asked = provider.asked[-2]
    async with signed_in(hashed(traveller.client.cookies[COOKIE]), db.web) as (work, _):
        is_fresh = sessions.is_fresh(work)

    assert (led_to(page), is_fresh) == ("/casussen", True)
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert traveller.client.cookies[COOKIE] != before
    with pytest.raises(NotSignedIn):
        async with signed_in(hashed(before), db.web):
            pass


@pytest.mark.parametrize("who", ["somebody else", "signed in long ago"])
async def test_confirming_again_is_for_the_same_person_and_anew(
    db: Databases, house: AHouse, provider: Provider, traveller: Traveller, who: str
) -> None:
    vouch(provider, house, "regisseur")
    await traveller.sign_in()
    before = traveller.client.cookies[COOKIE]
    if who == "somebody else":
        vouch(provider, house, "manager")
    else:
        provider.lie = _changed(auth_time=int(time.time()) - 3600)
    page = await confirming(traveller)

    assert page.status_code == 403
    assert traveller.client.cookies[COOKIE] == before
    async with signed_in(hashed(before), db.web) as (_, name):
        assert name == "Regisseur Fictief"


async def test_signing_out_ends_the_session_here_and_leads_to_the_provider(
    house: AHouse, provider: Provider, traveller: Traveller
) -> None:
    vouch(provider, house, "regisseur")
    await traveller.sign_in()
    answer = await traveller.client.post("/afmelden", data=csrf(traveller.client))
    address = urlsplit(led_to(answer))

    assert f"{address.scheme}://{address.netloc}" == provider.server.issuer
    assert dict(parse_qsl(address.query)) == {"client_id": CLIENT, "post_logout_redirect_uri": AFTER}
    assert not await is_in(traveller.client, "Regisseur Fictief")


# Our key


@pytest.mark.parametrize("key", [RSAKey.generate_key(2048), ECKey.generate_key("P-256")], ids=["RSA", "EC"])
@pytest.mark.parametrize("as_pem", [True, False], ids=["PEM", "JWK"])
def test_our_key_is_read_from_a_file(tmp_path: Path, key: RSAKey | ECKey, as_pem: bool) -> None:  # noqa: FBT001
    file = tmp_path / "key"
    file.write_bytes(key.as_pem(private=True) if as_pem else json.dumps(key.as_dict(private=True)).encode())
    found = key_of(file)

    assert found.thumbprint() == key.thumbprint()
    assert found.kid


@pytest.mark.parametrize("content", [b"", b"geen sleutel", b"{}"])
def test_what_is_no_key_is_refused_at_the_start(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)

    with pytest.raises(ValueError, match="no private key"):
        key_of(file)


def test_a_public_key_is_not_enough(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(KEY.as_pem(private=False))

    with pytest.raises(ValueError, match="no private key"):
        key_of(file)
