"""The register of processing activities (AVG 30) that the records of Logboek Dataverwerkingen refer to: data, not code.

A house replaces `REGISTER` by the address of its own register; the codes stay.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

#: who wrote the records, and the form of what they carry
_RESOURCE = {"service.name": "Pols"}

REGISTER = "https://register.pols.example/verwerkingsactiviteiten/"


@dataclass(frozen=True, slots=True)
class Activity:
    """One processing activity."""

    code: str
    name: str
    ground: str


REPORTING = Activity("aanmelden-en-wegen", "Aanmelden en wegen van een aanmelding", "WGS 2.31(1)-(3)")
CASE_WORK = Activity("casusbehandeling", "Behandelen van een casus met betrokken deelnemers", "WGS 2.26, 2.31(4)-(8)")
KNOWN = Activity("bekendheid-opvragen", "Bevragen of een betrokkene bekend is", "WGS 2.28(1)")
ERASURE = Activity("vernietigen", "Vernietigen van gegevens", "WGS 1.8(7), BGS 1.16")
SUPERVISION = Activity("toezicht", "Toezicht op de rechtmatigheid met het logboek", "WGS 1.8(4)")

ACTIVITIES = {one.code: one for one in (REPORTING, CASE_WORK, KNOWN, ERASURE, SUPERVISION)}

_OF_OBJECT = {
    "aanmelding": REPORTING, "bijlage": REPORTING, "bijlagen": REPORTING, "versies": REPORTING, "betrokkene": KNOWN,
    "logboek": SUPERVISION, "inzage": SUPERVISION,
}  # fmt: skip


def activity_of(action: str, object_kind: str) -> Activity:
    """Which activity an act on a case or a report belongs to."""
    return ERASURE if action == "gewist" else _OF_OBJECT.get(object_kind, CASE_WORK)


class HasProcessed(Protocol):
    """A record as it is kept."""

    id: Any
    house_id: Any
    trace_id: Any
    span_id: Any
    parent_span_id: Any
    activity: Any
    name: Any
    status: Any
    started_at: Any
    ended_at: Any
    subject_id: Any
    subject_kind: Any


def record(kept: HasProcessed) -> dict[str, Any]:
    """A record as Logboek Dataverwerkingen 1.0 writes it: moments in milliseconds, the data subject a pseudonym."""
    return {
        "trace_id": kept.trace_id, "span_id": kept.span_id, "parent_span_id": kept.parent_span_id,
        "status": kept.status, "name": kept.name, "start_time": _milliseconds(kept.started_at),
        "end_time": _milliseconds(kept.ended_at), "resource": _RESOURCE | {"pols.house_id": str(kept.house_id)},
        "attributes": {
            "dpl.core.processing_activity_id": uri_of(kept.activity),
            "dpl.core.data_subject_id": str(kept.subject_id), "dpl.core.data_subject_id_type": kept.subject_kind,
        },
    }  # fmt: skip


def uri_of(code: str) -> str:
    """The address of an activity in the register."""
    return REGISTER + code


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
