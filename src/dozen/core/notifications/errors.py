from __future__ import annotations

from dozen.kit.errors import Invalid, NotFound


class NoSuchNotification(NotFound):
    code = "no_such_notification"
    title = "There is no such notification (any more)"


class NoSuchKind(NotFound):
    code = "no_such_notification_kind"
    title = "There are no notifications of this kind"


class BadChannel(Invalid):
    code = "bad_channel"
    title = "Notifications come in the app, by e-mail, or as push messages"
