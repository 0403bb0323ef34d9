"""Searching for a person: only in what one reads, for a reason, and in the log without what was typed."""

from models.casebook.frame import audit
from models.commands.cases import FindPerson
from models.lookups import search
from models.lookups.search import Found
from models.refusals import FieldError, InvalidFields
from models.transactions import Work

#: letters of a name; fewer find half the house
LEAST = 3


async def find_person(work: Work, command: FindPerson) -> tuple[list[Found], bool]:
    """Who it is, in the cases that the actor reads; and whether there are more than are told (WGS 1.8(4), R27).

    The search is a line in the log, also when nothing was found, and so is each case that was. A name or a number is
    not in it. Raises InvalidFields, TooMany or ReadTooMuch.
    """
    _check(command)
    work.looks_for_people()
    found, more = await search.people(work, name=command.name, bsn=command.bsn)
    by = "bsn" if command.bsn else "naam"
    audit(work, "gezocht", "casussen", None, op=by, reden=command.reason, gevonden=len(found))
    for case_id in dict.fromkeys(one.case_id for one in found):
        work.opens(case_id)
        audit(work, "gezocht", "casus", case_id, case_id=case_id, op=by, reden=command.reason)
    return found, more


def _check(command: FindPerson) -> None:
    errors = []
    if bool(command.name.strip()) is bool(command.bsn):
        errors.append(FieldError("naam", "vul een naam in of een burgerservicenummer, niet allebei"))
    elif command.bsn and not (len(command.bsn) == 9 and command.bsn.isascii() and command.bsn.isdecimal()):  # noqa: PLR2004
        errors.append(FieldError("bsn", "een burgerservicenummer heeft negen cijfers"))
    elif not command.bsn and len(command.name.replace(" ", "")) < LEAST:
        errors.append(FieldError("naam", f"vul ten minste {LEAST} letters in"))
    if errors:
        raise InvalidFields(errors)
