"""The bill of materials is the lock file, and what it says hangs together."""

import json
import re

from deployments.sbom import COMMITTED, written
from tests.architecture.test_lock import PINNED, entries

PURL = re.compile(r"^pkg:pypi/[a-z0-9.-]+@[^@\s]+$")


def test_the_committed_document_is_that_of_the_lock() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == written(), "run: make sbom"


def test_every_package_of_the_lock_is_in_it_and_no_other() -> None:
    locked = {found[0].split("[")[0].split("==")[0] for entry in entries() if (found := PINNED.match(entry))}
    made = json.loads(written())

    assert {one["name"] for one in made["components"]} == {name.lower().replace("_", "-") for name in locked}
    assert len(made["components"]) > 50


def test_it_has_the_form_that_cyclonedx_asks() -> None:
    made = json.loads(written())
    refs = [made["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in made["components"])]
    named = {ref for one in made["dependencies"] for ref in one["dependsOn"]}

    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert len(refs) == len(set(refs))
    assert [one["ref"] for one in made["dependencies"]] == refs
    assert [ref for ref in refs if not PURL.match(ref)] == []
    assert named <= set(refs)
    assert set(refs) - named == {refs[0]}, "a package that nothing needs"
