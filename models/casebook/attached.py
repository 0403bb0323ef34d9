"""Files with a referral: added and removed by who reports, as long as the report can change."""

import hashlib
from asyncio import to_thread
from uuid import UUID

from models import attachments
from models.casebook.frame import audit
from models.casebook.referrals import may_supplement, opened
from models.lookups import referrals
from models.refusals import FieldError, InvalidFields, NotPossible
from models.tables.attached import Attachment
from models.tables.base import new_id
from models.transactions import Work


async def attach(
    work: Work, referral_id: UUID, name: str, content: bytes, scan: attachments.Scan | None = None
) -> Attachment:
    """Keep a file with an own referral; checked first, and scanned for viruses before it is kept (BIO2 8.07.04).

    Raises NotFound, NotPossible, InvalidFields, NotScanned.
    """
    kept_as, file = attachments.file_name(name), await to_thread(attachments.accepted, content)
    referral, frame = await opened(work, referral_id)
    if frame is not None:
        await may_supplement(frame)
    there = await referrals.attachments(work, referral.id)
    if len(there) >= attachments.MOST:
        raise InvalidFields([FieldError("bestand", f"een aanmelding heeft ten hoogste {attachments.MOST} bijlagen")])
    if sum(one.size for one in there) + len(content) > attachments.TOGETHER:
        most = attachments.TOGETHER // 1_000_000
        raise InvalidFields([FieldError("bestand", f"de bijlagen zijn samen ten hoogste {most} MB")])
    if scan is not None and not await scan(content):
        raise attachments.infected()
    made = Attachment(
        id=new_id(), house_id=referral.house_id, referral_id=referral.id, name=kept_as, media_type=file.media_type,
        size=len(file.content), sha256=hashlib.sha256(file.content).digest(), content=file.content, added_at=work.now,
        added_by=work.actor.person_id,
    )  # fmt: skip
    work.session.add(made)
    if frame is not None:
        frame.note("bijlage toegevoegd", "bijlage", made.id, referral_id=referral.id)
    else:
        audit(work, "bijlage toegevoegd", "bijlage", made.id, referral_id=referral.id)
    return made


async def remove(work: Work, attachment_id: UUID) -> None:
    """Take a file away from a draft; what was handed in stays as it was. Raises NotFound, NotPossible."""
    found = await referrals.attachment(work, attachment_id)
    _, frame = await opened(work, found.referral_id)
    if frame is not None:
        raise NotPossible("Deze bijlage is ingediend en blijft bij de aanmelding; voeg zo nodig een betere toe.")
    audit(work, "bijlage verwijderd", "bijlage", found.id, referral_id=found.referral_id)
    await work.session.delete(found)
