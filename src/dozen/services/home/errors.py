"""What can go wrong at the front door."""

from dozen.kit.errors import Forbidden


class NotThatPerson(Forbidden):
    code = "acting_for_another"
    title = "You can only change your own account"
