from dozen.kit.errors import Invalid


class BadRange(Invalid):
    code = "bad_range"
    title = "That range or step of time cannot be shown"
