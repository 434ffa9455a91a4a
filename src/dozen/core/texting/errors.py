from dozen.kit.errors import Invalid


class BadText(Invalid):
    code = "bad_text_message"
    title = "This cannot be sent to a telephone"
