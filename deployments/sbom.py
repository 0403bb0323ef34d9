"""The bill of materials: what is in the lock file, as CycloneDX. `python -m deployments.sbom` writes it to `docs/`.

Made from the lock and nothing else, so that it can be made and compared without a network.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COMMITTED = ROOT / "docs" / "sbom.cdx.json"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_VIA = re.compile(r"^\s+#(?: via)?\s+([A-Za-z0-9][A-Za-z0-9._-]*)\s*$")
_ASKED = re.compile(r"^\s+#(?: via)?\s+-r requirements\.in\s*$")


def document(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    """The document for a lock file and the project of pyproject.toml."""
    needed_by, asked, versions = _read(lock)
    ref = {name: f"pkg:pypi/{name}@{version}" for name, version in versions.items()}
    top = f"pkg:pypi/{project['name']}@{project['version']}"
    needs: dict[str, list[str]] = {top: [ref[name] for name in sorted(asked)]}
    for name, users in needed_by.items():
        for user in sorted(users & ref.keys()):
            needs.setdefault(ref[user], []).append(ref[name])
    components = [
        {"type": "library", "bom-ref": ref[name], "name": name, "version": version, "purl": ref[name]}
        for name, version in versions.items()
    ]
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {
            "type": "application", "bom-ref": top, "name": project["name"], "version": project["version"],
            "licenses": [{"license": {"id": project["license"]}}],
        }},
        "components": components,
        "dependencies": [{"ref": one, "dependsOn": sorted(needs.get(one, []))} for one in (top, *ref.values())],
    }  # fmt: skip


def _read(lock: str) -> tuple[dict[str, set[str]], set[str], dict[str, str]]:
    """Who needs each package, which ones we ask for ourselves, and the version of each."""
    needed_by: dict[str, set[str]] = {}
    asked: set[str] = set()
    versions: dict[str, str] = {}
    name = ""
    for line in lock.splitlines():
        if found := _PINNED.match(line):
            name = found[1].lower().replace("_", "-")
            versions[name] = found[2]
        elif _ASKED.match(line):
            asked.add(name)
        elif found := _VIA.match(line):
            needed_by.setdefault(name, set()).add(found[1].lower())
    return needed_by, asked, versions


def written() -> str:
    """The document as it is committed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return json.dumps(document(lock, project), indent=1) + "\n"


if __name__ == "__main__":
    COMMITTED.write_text(written(), encoding="utf-8")
