"""What can go wrong at the front door."""

from dozen.kit.errors import Forbidden, Invalid


class NotThatPerson(Forbidden):
    code = "acting_for_another"
    title = "You can only act for your own account"


class UnknownVerdict(Invalid):
    code = "unknown_verdict"
    title = "Choose what to do: remove, warn, suspend or dismiss"
