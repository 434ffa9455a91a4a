"""From signatures and requests to arguments."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit import ids
from dozen.kit.errors import Fault, Invalid, Malformed, NotFound
from dozen.web.binding import Binder, parse_query
from dozen.web.paging import Limit


class Body(msgspec.Struct):
    text: Annotated[str, msgspec.Meta(max_length=5)]
    inner: list[int] = []


def handler(
    call: Any,
    item_id: int,
    name: str,
    q: str,
    limit: Limit = 20,
    kind: Literal["a", "b"] = "a",
    flag: bool = False,
    tags: list[str] = [],  # noqa: B006 - only its type is looked at
) -> None: ...


def takes_body(call: Any, item_id: int, data: Body) -> None: ...


def optional(call: Any, cursor: str | None = None, limit: Limit = 20) -> None: ...


BINDER = Binder(handler, "/items/{item_id}/{name}")


def bind(query: str | bytes, item_id: str = "7", name: str = "x") -> list[Any]:
    raw = query if isinstance(query, bytes) else query.encode()
    scope = {"query_string": raw, "path_params": {"item_id": item_id, "name": name}}
    return BINDER.arguments(scope, None, None)


def test_path_and_query_become_arguments_in_order() -> None:
    assert bind("q=tea") == [7, "x", "tea", 20, "a", False, []]
    assert bind("flag=true&tags=1&tags=2&kind=b&limit=3&q=tea%20x&unknown=1") == [
        7,
        "x",
        "tea x",
        3,
        "b",
        True,
        ["1", "2"],
    ]


def test_the_last_of_a_name_counts_and_an_empty_one_is_as_none() -> None:
    assert bind("q=1&q=2&limit=&flag=")[2:6] == ["2", 20, "a", False]
    assert Binder(optional, "/").arguments({"query_string": b"cursor=", "path_params": {}}, None, None) == [
        None,
        20,
    ]


@pytest.mark.parametrize(
    "query", ["", "q=", "q=a&limit=0", "q=a&limit=201", "q=a&limit=x", "q=a&kind=c", "q=a&flag=7"]
)
def test_what_does_not_fit_is_invalid(query: str) -> None:
    with pytest.raises(Invalid) as caught:
        bind(query)
    assert caught.value.status == 422


def test_the_field_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        bind("q=a&limit=500")
    assert list(caught.value.fields) == ["limit"]


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1.0", " 1", "1 ", "²", "٣", "1_000", "0x1", str(ids.MAX + 1), "9" * 19, "1" * 5000],
)
def test_ids_that_cannot_be_are_not_there(text: str) -> None:
    with pytest.raises(NotFound):
        bind("q=a", item_id=text)


@pytest.mark.parametrize("text", ["a\0", "\0", "x" * 501])
def test_path_texts_are_bounded(text: str) -> None:
    with pytest.raises(NotFound):
        bind("q=a", name=text)


@given(st.integers(min_value=0, max_value=ids.MAX))
def test_every_id_that_can_be_is_taken(value: int) -> None:
    assert bind("q=a", item_id=str(value))[0] == value


@given(st.binary(max_size=200))
def test_any_bytes_as_a_query_bind_or_are_refused(raw: bytes) -> None:
    try:
        arguments = bind(raw)
    except Fault as fault:
        assert fault.status in (400, 422)  # noqa: PT017
    else:
        assert isinstance(arguments[2], str)
        assert "\0" not in arguments[2]
        assert 1 <= arguments[3] <= 200


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_as_a_body_decode_or_are_refused(raw: bytes, text: str) -> None:
    binder = Binder(takes_body, "/items/{item_id}")
    for body in (raw, msgspec.json.encode({"text": text}), b'{"text":' + raw + b"}"):
        try:
            data = binder.decode(body)
        except Fault as fault:
            assert fault.status in (400, 422)  # noqa: PT017
        else:
            assert isinstance(data, Body)
            assert len(data.text) <= 5


def test_deep_json_is_malformed() -> None:
    binder = Binder(takes_body, "/items/{item_id}")
    for body in (b"[" * 200_000, b'{"inner":' + b"[" * 200_000, b'{"zzz":' * 100_000):
        with pytest.raises((Malformed, Invalid)):
            binder.decode(body)


@pytest.mark.parametrize(
    ("body", "right"),
    [
        (rb'{"text":"a\u0000"}', False),
        (rb'{"text":"\\\u0000"}', False),
        (rb'{"text":"\\u00"}', True),
        (rb'{"zzz":"\\u0000","text":"x"}', True),
        (rb'{"zzz":"\u0000","text":"x"}', False),
    ],
)
def test_nul_is_refused(body: bytes, right: bool) -> None:
    binder = Binder(takes_body, "/items/{item_id}")
    if right:
        assert binder.decode(body).text
    else:
        with pytest.raises(Invalid, match="NUL"):
            binder.decode(body)


def test_wrong_json_names_its_field() -> None:
    binder = Binder(takes_body, "/items/{item_id}")
    with pytest.raises(Invalid) as caught:
        binder.decode(b'{"text":"x","inner":[1,"a"]}')
    assert "inner" in next(iter(caught.value.fields))


def test_what_is_missing_is_named() -> None:
    binder = Binder(takes_body, "/items/{item_id}")
    with pytest.raises(Invalid) as caught:
        binder.decode(b'{"inner":[1]}')
    assert list(caught.value.fields) == ["text"]


def may_take_body(call: Any, data: Body | None = None) -> None: ...


def test_a_body_that_may_be_left_out() -> None:
    assert not Binder(takes_body, "/items/{item_id}").may_be_empty
    binder = Binder(may_take_body, "/")
    assert binder.may_be_empty
    assert binder.body is Body
    assert binder.decode(b'{"text":"x"}') == Body("x")
    with pytest.raises(Invalid):
        binder.decode(b"null")


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(words, words), max_size=20))
def test_a_query_is_read_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    assert parse_query(urlencode(pairs).encode()) == pairs


@pytest.mark.parametrize("raw", [b"a=%ff", b"a=\xff", b"a=%00", b"%00=a", b"&".join([b"a=1"] * 101)])
def test_a_query_that_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse_query(raw)


def test_a_query_of_a_lone_surrogate() -> None:
    with pytest.raises(Malformed):
        parse_query(quote("\ud800", errors="surrogatepass").encode())


def test_a_path_that_the_signature_does_not_know() -> None:
    with pytest.raises(TypeError, match="who"):
        Binder(optional, "/{who}")


def one_of(call: object, what: Literal["up", "down"]) -> None: ...


def test_a_word_of_the_path_is_one_of_those_named() -> None:
    binder = Binder(one_of, "/{what}")
    scope = {"query_string": b"", "path_params": {"what": "up"}}
    assert binder.arguments(scope, None, None) == ["up"]
    for wrong in ("", "sideways", "Up"):
        with pytest.raises(NotFound):
            binder.arguments({**scope, "path_params": {"what": wrong}}, None, None)
