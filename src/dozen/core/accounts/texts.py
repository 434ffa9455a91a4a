"""What the letters say: subject and text, filled in by name."""

from __future__ import annotations

_IGNORE = "If this was not you, you need not do anything."
_ACT = "If this was not you, please set a new password at once and look at your sessions:\n{site}"

LETTERS: dict[str, tuple[str, str]] = {
    "verify": (
        "Please confirm your e-mail address",
        "Hello {name},\n\n"
        "please confirm that this is your address, within one day, by opening\n\n{link}\n\n"
        f"It is for the account @{{username}} on {{site}}. {_IGNORE}\n",
    ),
    "change": (
        "Please confirm your new e-mail address",
        "Hello {name},\n\n"
        "please confirm that this is the new address of your account @{username},\n"
        "within one day, by opening\n\n"
        f"{{link}}\n\n{_IGNORE}\n",
    ),
    "reset": (
        "Set a new password",
        "Hello {name},\n\n"
        "you can set a new password for your account @{username}, within one hour, at\n\n"
        f"{{link}}\n\nAll your devices will be signed out. {_IGNORE}\n",
    ),
    "password_changed": (
        "Your password was changed",
        f"Hello {{name}},\n\nthe password of your account @{{username}} was changed just now.\n\n{_ACT}\n",
    ),
    "email_changed": (
        "Your e-mail address was changed",
        "Hello {name},\n\n"
        "letters for your account @{username} now go to {new} and no longer to this address.\n\n"
        f"{_ACT}\n",
    ),
    "username": (
        "Your username was changed",
        f"Hello,\n\nyour account @{{old}} is now called @{{new}}.\n\n{_ACT}\n",
    ),
    "factor_on": (
        "The second factor is on",
        f"Hello {{name}},\n\nsigning in to your account @{{username}} now needs a code as well.\n\n{_ACT}\n",
    ),
    "factor_off": (
        "The second factor is off",
        f"Hello {{name}},\n\nsigning in to your account @{{username}} no longer needs a code.\n\n{_ACT}\n",
    ),
    "deleted": (
        "Your account will be deleted",
        "Hello {name},\n\n"
        "your account @{username} was deleted. Until {until} it can be restored\n"
        "by signing in at\n\n{site}\n\n"
        "After that everything in it is gone for good.\n",
    ),
}
