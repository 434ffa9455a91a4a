from dozen.kit.errors import Invalid, TooLarge


class BadAddress(Invalid):
    code = "bad_address"
    title = "That is not an e-mail address we can write to"


class BadSubject(Invalid):
    code = "bad_subject"
    title = "That cannot be the subject of a message"


class MessageTooLarge(TooLarge):
    code = "message_too_large"
    title = "The message is too long to be sent"


class BadMailUrl(ValueError):
    """``mail_url`` or ``mail_from`` cannot be used: the operator must change it."""
