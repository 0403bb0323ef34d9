"""Setting up a local account: the code of an invitation, a password, and an app for codes."""

from http import HTTPStatus

import segno
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from api.ways import Accounts
from api.workplace.pages import back, page
from api.workplace.visits import at_the_door, check_origin, text_of, ways_of
from models import credentials
from models.casebook import accounts
from models.casebook.accounts import Invited
from models.refusals import FieldError, InvalidFields, NotFound, NotSignedIn

NOT_INVITED = "Deze code is niet geldig, al gebruikt of verlopen. Vraag de beheerder om een nieuwe."


def _accounts(request: Request) -> Accounts:
    found = ways_of(request).accounts
    if found is None:
        raise NotFound
    return found


async def ask(request: Request) -> Response:
    """Ask for the code of the invitation. It never stands in an address."""
    _accounts(request)
    return page(request, None, "uitnodiging.html", refused="")


async def enrol(request: Request) -> Response:
    """Show the second factor; then, with a password and a code of it, the account is good."""
    check_origin(request)
    ours, form = _accounts(request), await request.form()
    invitation = text_of(form, "uitnodiging")
    try:
        somebody, secret = await _invited(request, ours, invitation)
        if "wachtwoord" not in form:
            return _setting(request, invitation, somebody, secret)
        await _enrolled(request, ours, form, somebody)
    except NotSignedIn:
        return page(request, None, "uitnodiging.html", status=HTTPStatus.FORBIDDEN, refused=NOT_INVITED)
    except InvalidFields as refusal:
        return _setting(request, invitation, somebody, secret, refusal.errors)
    return back("/aanmelden", "ingesteld")


async def _invited(request: Request, ours: Accounts, invitation: str) -> tuple[Invited, str]:
    async with at_the_door(request) as work:
        somebody = await accounts.invited(work, invitation)
        if somebody.sealed is None:
            await accounts.show_factor(work, invitation, ours.seal.close(credentials.new_secret()))
            somebody = await accounts.invited(work, invitation)
    secret = ours.seal.open(somebody.sealed) if somebody.sealed else None
    if secret is None:
        raise NotSignedIn
    return somebody, secret


def _setting(
    request: Request, invitation: str, somebody: Invited, secret: str, errors: tuple[FieldError, ...] = ()
) -> Response:
    address = credentials.otpauth(secret, somebody.login)
    picture = segno.make(address, micro=False).svg_inline(scale=5, light="#fff", border=4)
    facts = {
        "invitation": invitation, "login": somebody.login, "secret": secret, "address": address,
        "picture": Markup(picture),  # noqa: S704 - drawn by our own library, of squares
        "errors": errors, "shortest": credentials.SHORTEST, "longest": credentials.LONGEST,
    }  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return page(request, None, "account.html", status=status, **facts)


async def _enrolled(request: Request, ours: Accounts, form: FormData, somebody: Invited) -> None:
    password = str(form.get("wachtwoord", ""))
    credentials.check_password(password, somebody.login)
    if password != form.get("herhaling"):
        raise InvalidFields([FieldError("herhaling", "is niet hetzelfde als het wachtwoord")])
    step = ours.step(somebody.sealed, text_of(form, "code"), ways_of(request).wall())
    if step is None:
        raise InvalidFields([FieldError("code", "klopt niet; staat de klok van uw telefoon goed?")])
    kept = await ours.hashed(password)
    async with at_the_door(request) as work:
        await accounts.enrol(work, text_of(form, "uitnodiging"), kept, step)
