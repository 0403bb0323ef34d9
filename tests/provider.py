"""A real OpenID Connect provider on loopback (idpyoidc): it checks our key and PKCE, and a test may make it lie."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.oauth2.add_on.pkce import CC_METHOD
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.serving import serving

CLIENT = "pols"
ACR = "urn:example:twee-factoren"
#: changes the claims and the header of an identity before it is signed and sent, or makes one by itself
Lie = Callable[[dict[str, Any], dict[str, Any]], str | None]


def configuration(issuer: str) -> dict[str, Any]:
    """Strict: our key or nothing, PKCE or nothing, codes only."""
    own = {"client_authn_method": ["private_key_jwt"]}
    return {
        "issuer": issuer,
        "httpc_params": {"verify": False, "timeout": 1},
        "key_conf": {"key_defs": [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]},
        "preference": {
            "subject_types_supported": ["public"], "grant_types_supported": ["authorization_code"],
            "response_types_supported": ["code"], "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "acr_values_supported": [ACR],
        },
        "add_on": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": CC_METHOD["S256"]}},
            }
        },
        "authentication": {
            "user": {"acr": ACR, "class": "idpyoidc.server.user_authn.user.NoAuthn", "kwargs": {"user": "iemand"}}
        },
        "claims_interface": {"class": "idpyoidc.server.session.claims.ClaimsInterface", "kwargs": {}},
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": "idpyoidc.server.oidc.provider_config.ProviderConfiguration", "kwargs": {},
            },
            "authorization": {
                "path": "authorization", "class": "idpyoidc.server.oidc.authorization.Authorization",
                "kwargs": {"response_types_supported": ["code"], "response_modes_supported": ["query"]},
            },
            "token": {"path": "token", "class": "idpyoidc.server.oidc.token.Token", "kwargs": own},
            "end_session": {
                "path": "session", "class": "idpyoidc.server.oidc.session.Session",
                "kwargs": {"logout_verify_url": "verify_logout", "post_logout_uri_path": "post_logout"},
            },
        },
        "token_handler_args": {
            "key_defs": [{"type": "oct", "bytes": 24, "use": ["enc"], "kid": "code"}],
            "code": {"kwargs": {"lifetime": 600}},
            "token": {"class": "idpyoidc.server.token.jwt_token.JWTToken", "kwargs": {"lifetime": 600}},
            "id_token": {
                "class": "idpyoidc.server.token.id_token.IDToken",
                "kwargs": {"base_claims": {"email": None, "email_verified": None}},
            },
        },
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": {}}},
        "authz": {
            "class": "idpyoidc.server.authz.AuthzHandling",
            "kwargs": {
                "grant_config": {
                    "usage_rules": {
                        "authorization_code": {"supports_minting": ["access_token", "id_token"], "max_usage": 1}
                    },
                    "expires_in": 600,
                }
            },
        },
    }  # fmt: skip


@dataclass
class Provider:
    """A provider that vouches for whoever a test says."""

    server: Server
    keys: RSAKey
    lie: Lie | None = None
    asked: list[dict[str, str]] = field(default_factory=list)  #: what it was asked, in order

    @classmethod
    def at(cls, issuer: str, our_key: RSAKey, redirect_uri: str, after_logout: str) -> "Provider":
        made = Server(OPConfiguration(configuration(issuer)))
        context = made.context
        context.cdb[CLIENT] = {
            "redirect_uris": [(redirect_uri, {})], "response_types_supported": ["code"],
            "token_endpoint_auth_method": "private_key_jwt", "allowed_scopes": ["openid", "email"],
            "post_logout_redirect_uris": [(after_logout, {})], "client_salt": "zout",
        }  # fmt: skip
        context.keyjar.import_jwks({"keys": [our_key.as_dict(private=False)]}, CLIENT)
        own = context.keyjar.get_signing_key("RSA", "")[0]
        needed = {name: own.serialize(private=True)[name] for name in ("kty", "kid", "n", "e", "d")}
        return cls(made, RSAKey.import_key(needed))

    def vouch_for(self, subject: str, **claims: Any) -> None:
        """Whoever comes is this person, with these facts."""
        context = self.server.context
        context.authn_broker.get_method_by_id("user").user = subject
        context.userinfo.db[subject] = claims

    def app(self) -> Starlette:
        """Its addresses."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._about),
                Route("/jwks", self._keys),
                Route("/authorization", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _about(self, _request: Request) -> Response:
        about = dict(self.server.context.provider_info) | {"jwks_uri": f"{self.server.issuer}/jwks"}
        return JSONResponse(json.loads(json.dumps(about, default=str)))

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(json.loads(self.server.keyjar.export_jwks_as_json()))

    async def _authorize(self, request: Request) -> Response:
        endpoint = self.server.get_endpoint("authorization")
        self.asked.append(dict(request.query_params))
        parsed = endpoint.parse_request(dict(request.query_params), http_info={"headers": {}})
        if "error" in parsed:
            return JSONResponse(parsed.to_dict(), 400)
        made = self._signed_in_anew(endpoint, parsed) if "prompt" in parsed else endpoint.process_request(parsed)
        answer = endpoint.do_response(request=parsed, **made)
        return RedirectResponse(answer["response"])

    def _signed_in_anew(self, endpoint: Any, parsed: Any) -> dict[str, Any]:
        """As after the form on which somebody signs in."""
        method = self.server.context.authn_broker.get_method_by_id("user")
        session_id = endpoint.create_session(parsed, method.user, ACR, int(time.time()), method)
        made: dict[str, Any] = endpoint.authz_part2(request=parsed, session_id=session_id)
        return made

    async def _token(self, request: Request) -> Response:
        endpoint = self.server.get_endpoint("token")
        form = {key: str(value) for key, value in (await request.form()).items()}
        self.asked.append(form)
        try:
            parsed = endpoint.parse_request(form, http_info={"headers": {}, "method": "POST", "url": str(request.url)})
        except Exception as error:  # noqa: BLE001 - whatever it refuses, as its own example does
            return JSONResponse({"error": "invalid_client", "error_description": str(error)}, 400)
        if "error" in parsed:
            return JSONResponse(parsed.to_dict(), 400)
        made = endpoint.process_request(parsed)
        if "error" in made:
            return JSONResponse(made.to_dict() if hasattr(made, "to_dict") else dict(made), 400)
        answer = json.loads(endpoint.do_response(request=parsed, **made)["response"])
        return JSONResponse(answer | {"id_token": self._told(answer["id_token"])})

    def _told(self, token: str) -> str:
        """The identity as it is, or as a test wants the provider to lie."""
        if self.lie is None:
            return token
        read = jwt.decode(token, self.keys, algorithms=["RS256"])
        claims, header = dict(read.claims), dict(read.header)
        return self.lie(claims, header) or jwt.encode(header, claims, self.keys)


@asynccontextmanager
async def providing(our_key: RSAKey, redirect_uri: str, after_logout: str) -> AsyncIterator[Provider]:
    """The provider, on loopback."""
    apps: list[Starlette] = []

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await apps[0](scope, receive, send)

    async with serving(late) as issuer:
        made = Provider.at(issuer, our_key, redirect_uri, after_logout)
        apps.append(made.app())
        yield made
