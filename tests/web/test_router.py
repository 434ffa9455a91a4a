from __future__ import annotations

from typing import Any

import pytest

from dozen.web.router import Application, Router


def _named(name: str) -> Application:
    async def application(scope: Any, receive: Any, send: Any) -> None: ...

    application.__name__ = name
    return application


@pytest.fixture
def router() -> Router:
    made = Router()
    for path in (
        "/",
        "/wallet",
        "/wallet/api/payments",
        "/wallet/api/payments/figures",
        "/wallet/api/payments/{id}",
        "/wallet/api/payments/{id}/notes/{note}",
        "/files/{name:path}",
        "/files/list",
    ):
        made.add(path, _named(path))
    return made


@pytest.mark.parametrize(
    ("path", "found", "values"),
    [
        ("/", "/", {}),
        ("/wallet", "/wallet", {}),
        ("/wallet/", "/wallet", {}),
        ("//wallet//api/payments", "/wallet/api/payments", {}),
        ("/wallet/api/payments/figures", "/wallet/api/payments/figures", {}),
        ("/wallet/api/payments/7", "/wallet/api/payments/{id}", {"id": "7"}),
        (
            "/wallet/api/payments/7/notes/x y",
            "/wallet/api/payments/{id}/notes/{note}",
            {"id": "7", "note": "x y"},
        ),
        ("/files/a/b.css", "/files/{name:path}", {"name": "a/b.css"}),
        ("/files/list", "/files/list", {}),
    ],
)
def test_what_stands_at_a_path(router: Router, path: str, found: str, values: dict[str, str]) -> None:
    application, named = router.find(path) or (None, None)
    assert getattr(application, "__name__", None) == found
    assert named == values


@pytest.mark.parametrize(
    "path",
    [
        "/wallets",
        "/wallet/api",
        "/wallet/api/payments/7/notes",
        "/files",
        "/wallet/api/figures/7",
    ],
)
def test_where_nothing_stands(router: Router, path: str) -> None:
    found = router.find(path)
    assert found is None


def test_what_is_written_out_does_not_hide_the_parameter_behind_which_more_stands(router: Router) -> None:
    router.add("/wallet/api/payments/{id}/csv", _named("csv"))
    found = router.find("/wallet/api/payments/figures/csv")
    assert found is not None
    assert found[1] == {"id": "figures"}
    router.add("/wallet/{name}/payments/{id}/{what}", _named("what"))
    found = router.find("/wallet/api/payments/7/more")
    assert found is not None
    assert found[1] == {"name": "api", "id": "7", "what": "more"}
    assert router.find("/wallet/api/payments/7/notes") is not None


def test_one_application_at_a_path(router: Router) -> None:
    with pytest.raises(ValueError, match="two applications"):
        router.add("/wallet/api/payments/{other}", _named("other"))
