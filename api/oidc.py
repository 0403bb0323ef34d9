"""Signing in through an OpenID Connect provider: code flow with PKCE, a key instead of a secret, every claim checked.

After the NL GOV profiles for OAuth 2.0 and OpenID Connect. What may not be is refused without saying why: the reason is
for nobody but the log, which gets the name of an error.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from models.casebook.identities import Flow
from models.refusals import NotSignedIn

#: signed with a key of the provider: never unsigned, never with a secret that we would share
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
#: how we sign who we are, by the curve of our key
SIGNED_WITH = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
ASSERTION_SECONDS = 60
LEEWAY_SECONDS = 30
KNOWN_SECONDS = 3600  #: what the provider says about itself is asked again after this long; its keys every time
TIMEOUT_SECONDS = 5.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_log = logging.getLogger("pols.oidc")


class ProviderGone(OSError):
    """The provider does not answer, or says what it should not; it may be tried again."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an operator says about the provider and about us there."""

    issuer: str
    client_id: str
    key: RSAKey | ECKey
    redirect_uri: str
    after_logout: str
    scopes: str = "openid email"
    acr: tuple[str, ...] = ()  #: one of these is needed, when there are any
    amr: tuple[str, ...] = ()  #: all of these are needed


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for; the address only when it was verified."""

    issuer: str
    subject: str
    verified_email: str | None


@dataclass(slots=True)
class _Said:
    """What the provider said about itself, and when."""

    about: dict[str, Any] = field(default_factory=dict)
    until: float = 0.0


def key_of(file: Path) -> RSAKey | ECKey:
    """Our key, from a file with a PEM or a JWK. Raises OSError, ValueError."""
    raw = file.read_bytes().strip()
    content: Any = json.loads(raw) if raw.startswith(b"{") else raw
    for kind in (RSAKey, ECKey):
        try:
            found = kind.import_key(content)
        except (ValueError, TypeError, JoseError):
            continue
        if found.is_private:
            found.ensure_kid()
            return found
    raise ValueError("this file holds no private key that a provider accepts")


class Relying:
    """We, as the party that relies on the provider. Keeps for an hour what the provider says about itself."""

    def __init__(self, known: Known, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        _must_be_safe(known.issuer)
        self.known = known
        self._transport = transport
        self._said = _Said()

    async def address(self, flow: Flow, *, wall: float, again: bool = False) -> str:
        """Where the browser goes to sign in; `again` asks for the second factor also of who is signed in there."""
        about = await self._about(wall)
        more: dict[str, str] = {"nonce": flow.nonce, "response_mode": "query"}
        if self.known.acr:
            more["acr_values"] = " ".join(self.known.acr)
        if again:
            more |= {"prompt": "login", "max_age": "0"}
        async with self._client(about, wall) as client:
            address, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=flow.state, code_verifier=flow.verifier, **more
            )
        return str(address)

    async def vouched(self, flow: Flow, answer: Mapping[str, str], *, wall: float) -> Vouched:
        """Whom the provider vouches for, after it sent the browser back. Raises NotSignedIn, ProviderGone."""
        if answer.get("iss", self.known.issuer) != self.known.issuer or "error" in answer:  # RFC 9207
            raise NotSignedIn
        about = await self._about(wall)
        try:
            async with self._client(about, wall) as client:
                tokens = await client.fetch_token(
                    about["token_endpoint"], grant_type="authorization_code", code=answer.get("code", ""),
                    code_verifier=flow.verifier,
                )  # fmt: skip
        except AuthlibBaseError as error:
            _log.warning("the provider refused a code error=%s", type(error).__name__)
            raise NotSignedIn from None
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderGone(type(error).__name__) from None
        claims = await self._claims(str(tokens.get("id_token", "")), flow, wall)
        email = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        return Vouched(self.known.issuer, str(claims["sub"]), email if verified else None)

    async def farewell(self, *, wall: float) -> str | None:
        """Where the browser goes to sign out at the provider as well; None when it does not say."""
        try:
            about = await self._about(wall)
        except ProviderGone:
            return None
        address = about.get("end_session_endpoint")
        if not isinstance(address, str):
            return None
        _must_be_safe(address)
        asked = {"client_id": self.known.client_id, "post_logout_redirect_uri": self.known.after_logout}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def _client(self, about: Mapping[str, Any], wall: float) -> AsyncOAuth2Client:
        known = self.known
        curve = known.key.curve_name if isinstance(known.key, ECKey) else "RSA"
        signed = PrivateKeyJWT(
            about["token_endpoint"], headers={"kid": known.key.kid}, alg=SIGNED_WITH[curve],
            claims={"exp": int(wall) + ASSERTION_SECONDS},
        )  # fmt: skip
        return AsyncOAuth2Client(
            known.client_id, known.key, scope=known.scopes, redirect_uri=known.redirect_uri,
            token_endpoint_auth_method=signed, code_challenge_method="S256", transport=self._transport,
            timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False,
        )  # fmt: skip

    async def _claims(self, token: str, flow: Flow, wall: float) -> dict[str, Any]:
        try:
            claims = await self._signed(token, wall)
            JWTClaimsRegistry(
                now=int(wall), leeway=LEEWAY_SECONDS, iss={"essential": True, "value": self.known.issuer},
                aud={"essential": True, "value": self.known.client_id}, sub={"essential": True},
                exp={"essential": True}, iat={"essential": True}, nonce={"essential": True, "value": flow.nonce},
            ).validate(claims)  # fmt: skip
            self._for_us(claims)
            self._well_enough(claims, flow)
        except (JoseError, ValueError, TypeError) as error:
            _log.warning("an identity was refused error=%s", type(error).__name__)
            raise NotSignedIn from None
        return claims

    async def _signed(self, token: str, wall: float) -> dict[str, Any]:
        published: Any = await self._asked((await self._about(wall))["jwks_uri"])
        keys = KeySet.import_key_set(published)
        return dict(jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims)

    def _for_us(self, claims: Mapping[str, Any]) -> None:
        """Of several receivers the one it was made for is named, and that is us."""
        many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (many or "azp" in claims) and claims.get("azp") != self.known.client_id:
            raise ValueError("made for another")

    def _well_enough(self, claims: Mapping[str, Any], flow: Flow) -> None:
        """As sure as the operator wants it; to confirm again, signed in anew since we asked."""
        if self.known.acr and claims.get("acr") not in self.known.acr:
            raise ValueError("not sure enough")
        given = claims.get("amr")
        if not set(self.known.amr) <= set(given if isinstance(given, list) else ()):
            raise ValueError("not with these means")
        if flow.session_id is not None and int(claims.get("auth_time", 0)) < flow.began - LEEWAY_SECONDS:
            raise ValueError("not anew")

    async def _about(self, wall: float) -> dict[str, Any]:
        """What the provider says about itself. Raises ProviderGone."""
        if wall >= self._said.until:
            address = self.known.issuer.rstrip("/") + "/.well-known/openid-configuration"
            about = await self._asked(address)
            if about.get("issuer") != self.known.issuer:
                raise ProviderGone("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _must_be_safe(str(about.get(name, "")))
            self._said = _Said(about, wall + KNOWN_SECONDS)
        return self._said.about

    async def _asked(self, address: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(
                transport=self._transport, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
            ) as client:
                answer = await client.get(address, headers={"Accept": "application/json"})
                found = answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderGone(type(error).__name__) from None
        if not isinstance(found, dict):
            raise ProviderGone("no object")
        return found


def _must_be_safe(address: str) -> None:
    """Over https, or to this machine. Raises ProviderGone."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ProviderGone("no https")
