"""The document of the interface, as the design rules want it. `python -m api.openapi` writes `docs/openapi.json`."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from api.middleware import VERSION
from api.once import HEADER, REPLAYED
from api.paging import ASKED
from api.problems import MEDIA_TYPE, Foutmelding, VerkeerdVeld
from api.signin import Who

COMMITTED = Path(__file__).parents[1] / "docs" / "openapi.json"

_PROBLEMS = {
    "400": "Niet goed ingevuld; alle verkeerde velden worden genoemd",
    "401": "Niet aangemeld",
    "403": "Niet toegestaan",
    "404": "Niet gevonden, of niet voor u toegankelijk",
    "409": "Kan nu niet; `detail` zegt waarom",
    "412": "Intussen gewijzigd; lees het opnieuw",
    "408": "Het bericht kwam te langzaam binnen",
    "413": "Het bericht is te groot",
    "429": "Te veel verzoeken; probeer het na `Retry-After` opnieuw",
    "503": "Even niet beschikbaar; probeer het na `Retry-After` opnieuw",
}
_KEY = {
    "name": HEADER, "in": "header", "required": False, "schema": {"type": "string", "pattern": "^[!#-~]{8,200}$"},
    "description": "Een sleutel die u zelf kiest: hetzelfde verzoek met dezelfde sleutel wordt binnen 24 uur eenmaal"
    f" gedaan en krijgt daarna hetzelfde antwoord, met `{REPLAYED}: true`.",
}  # fmt: skip
_HEADERS = {
    "ApiVersion": {"description": "De versie van deze API", "schema": {"type": "string", "examples": [VERSION]}},
    "Link": {
        "description": 'Het adres van de volgende bladzijde (`rel="next"`); ontbreekt op de laatste',
        "schema": {"type": "string", "examples": ['</v1/casussen?na=…>; rel="next"']},
    },
    "IdempotencyReplayed": {
        "description": f"Staat er met de waarde true als dit het antwoord is op een eerder verzoek met deze `{HEADER}`",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
#: on an operation whose answer is never kept, and so takes no key
ANEW = "x-pols-onbewaard"
_FROM_FRAMEWORK = ("HTTPValidationError", "ValidationError")


def document(interface: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: versioned answers, problems instead of the framework's errors, who may use what."""
    made = _renamed(interface.openapi())
    schemas = made["components"]["schemas"]
    for name in _FROM_FRAMEWORK:
        schemas.pop(name, None)
    for model in (Foutmelding, VerkeerdVeld):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    made["components"]["headers"] = _HEADERS
    for path, item in made["paths"].items():
        for verb, operation in item.items():
            _complete(operation, path, verb)
    return made


def _renamed(raw: dict[str, Any]) -> dict[str, Any]:
    """A copy in which a schema that differs coming in and going out has a name without a hyphen."""
    copied: dict[str, Any] = json.loads(json.dumps(raw).replace('-Input"', 'In"').replace('-Output"', 'Uit"'))
    return copied


def _complete(operation: dict[str, Any], path: str, verb: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for answer in responses.values():
        answer["headers"] = {"API-Version": {"$ref": "#/components/headers/ApiVersion"}} | _sometimes(operation, verb)
    security = operation.get("security")
    if _takes_key(operation, verb):
        operation.setdefault("parameters", []).append(_KEY)
    operation["x-pols-wie"] = security[0]["apiToken"][0] if security else Who.OPEN.value
    for status in _possible(operation, path, verb):
        responses[status] = {
            "description": _PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Foutmelding"}}},
        }


def _takes_key(operation: dict[str, Any], verb: str) -> bool:
    return verb == "post" and bool(operation.get("security")) and not operation.get(ANEW)


def _sometimes(operation: dict[str, Any], verb: str) -> dict[str, Any]:
    """Headers that an answer has when there is reason to: a page that goes on, a request that was done before."""
    names: dict[str, str] = {}
    if any(one["name"] == ASKED["after"] for one in operation.get("parameters", ())):
        names["Link"] = "Link"
    if _takes_key(operation, verb):
        names[REPLAYED] = "IdempotencyReplayed"
    return {name: {"$ref": f"#/components/headers/{one}"} for name, one in names.items()}


def _possible(operation: dict[str, Any], path: str, verb: str) -> list[str]:
    found = ["400", "429", "503"]
    if operation.get("security"):
        found += ["401", "403"]
    if "requestBody" in operation:
        found += ["408", "413"]
    if any(one["name"] == "If-Match" for one in operation.get("parameters", ())):
        found.append("412")
    if "{" in path or verb == "post":
        found.append("404")
    if verb != "get":
        found.append("409")
    return sorted(found)


def written(interface: FastAPI) -> str:
    """The document as it is committed."""
    return json.dumps(document(interface), ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write the committed document."""
    from api.app import create_v1  # noqa: PLC0415 - the application imports this module for its own document

    COMMITTED.write_text(written(create_v1()), encoding="utf-8")


if __name__ == "__main__":
    main()
