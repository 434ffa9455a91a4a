"""What can be wrong with people, passwords, sessions and tokens. Codes are public and stable."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Fault, Forbidden, Invalid, NotFound, TooMany, Unauthenticated


class NoSuchPerson(NotFound):
    code = "no_such_person"
    title = "There is no such person"


class UsernameTaken(Conflict):
    code = "username_taken"
    title = "This username is taken"


class EmailTaken(Conflict):
    code = "email_taken"
    title = "There is already an account with this e-mail address"


class PhoneTaken(Conflict):
    code = "phone_taken"
    title = "There is already an account with this phone number"


class BadUsername(Invalid):
    code = "bad_username"
    title = "A username has 1 to 20 letters, digits or underscores"


class BadEmail(Invalid):
    code = "bad_email"
    title = "This is not an e-mail address"


class BadPhone(Invalid):
    code = "bad_phone"
    title = "A phone number begins with + and the country code, and has 7 to 15 digits"


class BadProfile(Invalid):
    code = "bad_profile"


class BadSetting(Invalid):
    code = "bad_setting"
    title = "These settings cannot be kept"


class WeakPassword(Invalid):
    code = "weak_password"
    title = "This password is too easy to guess"


class RegistrationClosed(Forbidden):
    code = "registration_closed"
    title = "New accounts are not open to everybody here"


class TooManyNames(TooMany):
    code = "too_many_names"
    title = "The username was changed too often; old names stay reserved for a while"


class BadCredentials(Unauthenticated):
    code = "bad_credentials"
    title = "The username or the password is wrong"


class LockedOut(TooMany):
    """``retry_after`` is in seconds."""

    code = "locked_out"
    title = "Too many attempts; please wait before you try again"


class SecondFactorRequired(Unauthenticated):
    """For doors that cannot ask for a code in a second step."""

    code = "second_factor_required"
    title = "A code from your authenticator is needed as well"


class AccountSuspended(Forbidden):
    code = "account_suspended"
    title = "This account is suspended"


class AccountDeleted(Forbidden):
    """Only ever said to somebody who knew the password."""

    code = "account_deleted"
    title = "This account was deleted and can still be restored"


class BadCode(Unauthenticated):
    code = "bad_code"
    title = "This code is wrong, or was used before"


class TicketExpired(Unauthenticated):
    code = "ticket_expired"
    title = "Signing in took too long; please start again"


class TokenExpired(Fault):
    """A link from a letter that is unknown, used, or too old: the three are not told apart."""

    code = "token_expired"
    status = 410
    title = "This link has expired or was used before; please ask for a new one"


class NoEmail(Conflict):
    code = "no_email"
    title = "This account has no e-mail address to write to"


class AlreadyVerified(Conflict):
    code = "already_verified"
    title = "This e-mail address is already confirmed"


class FactorActive(Conflict):
    code = "factor_active"
    title = "The second factor is already switched on"


class FactorMissing(Conflict):
    code = "factor_missing"
    title = "The second factor is not set up"


class NotAllowed(Forbidden):
    code = "not_allowed"
    title = "Your role does not allow this"


class LastAdmin(Conflict):
    code = "last_admin"
    title = "There must be at least one administrator"


class AccountInUse(Conflict):
    """``todo`` lists what has to be settled first: ``text`` and ``href``."""

    code = "account_tied"
    title = "Something has to be settled before this account can be deleted"


class NoSuchSession(NotFound):
    code = "no_such_session"
    title = "There is no such session"


class NoSuchToken(NotFound):
    code = "no_such_token"
    title = "There is no such token"


class NoSuchApp(NotFound):
    code = "no_such_app"
    title = "There is no such application"


class TooManyTokens(TooMany):
    code = "too_many_tokens"
    title = "There are too many tokens or applications; please delete some first"


class BadScope(Invalid):
    code = "bad_scope"
    status = 400
    title = "This permission cannot be given"


class BadApp(Invalid):
    code = "bad_app"
    title = "This application cannot be registered so"


class BadClient(Unauthenticated):
    """OAuth's ``invalid_client``."""

    code = "invalid_client"
    title = "The application is unknown or its secret is wrong"


class BadGrant(Fault):
    """OAuth's ``invalid_grant``: a code, verifier or refresh token that is wrong, used or too old."""

    code = "invalid_grant"
    title = "This code or refresh token cannot be used (any more)"


class BadRedirect(Fault):
    """The answer must not be sent to the redirect address: show the error to the person instead."""

    code = "bad_redirect"
    title = "The application asked for an answer at an address that it has not registered"


class ChallengeRequired(Fault):
    """OAuth's ``invalid_request``: PKCE with S256 is missing or malformed."""

    code = "challenge_required"
    title = "This application must use a PKCE code challenge (S256)"
