"""Forms and uploads: read as sent, bounded, and nothing left behind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.kit.errors import Fault, Invalid, Malformed, TooLarge, Unsupported
from dozen.web import forms
from dozen.web.call import Call
from dozen.web.forms import Form, read_form, read_upload

URLENCODED = "application/x-www-form-urlencoded"


def caller(
    folder: Path, kind: str, *, length: int | str | None = None, chunks: list[bytes] | None = None
) -> Call:
    headers = [(b"content-type", kind.encode("latin-1"))]
    if length is not None:
        headers.append((b"content-length", str(length).encode("latin-1")))
    server: Any = SimpleNamespace(
        env=SimpleNamespace(settings=SimpleNamespace(data=folder)), proxies=frozenset()
    )
    waiting = list(chunks or [])

    async def receive() -> Any:
        if not waiting:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    route: Any = None
    return Call(server, route, {"headers": headers}, receive)


def multipart(*parts: tuple[str, str | None, bytes], boundary: str = "xyz") -> bytes:
    out = b""
    for name, filename, body in parts:
        given = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
        out += f"--{boundary}\r\ncontent-disposition: {given}\r\n\r\n".encode() + body + b"\r\n"
    return out + f"--{boundary}--\r\n".encode()


def upload(folder: Path, body: bytes, *, limit: int = 10_000, piece: int = 7, **given: Any) -> Form:
    chunks = [body[at : at + piece] for at in range(0, len(body), piece)]
    call = caller(folder, "multipart/form-data; boundary=xyz", chunks=chunks, **given)
    return asyncio.run(read_upload(call, limit))


def left(folder: Path) -> list[Path]:
    return list((folder / "tmp").glob("*"))


def test_fields_and_files(tmp_path: Path) -> None:
    body = multipart(
        ("text", None, "Grüße".encode()),
        ("tag", None, b"a"),
        ("tag", None, b"b"),
        ("file", "a.png", b"\x00\xff" * 50),
        ("empty", "", b""),
    )
    form = upload(tmp_path, body)
    assert form.get("text") == "Grüße"
    assert (form.get("tag"), form.all("tag")) == ("b", ["a", "b"])
    (file,) = form.files("file")
    assert (file.filename, file.size, file.path.read_bytes()) == ("a.png", 100, b"\x00\xff" * 50)
    assert form.files("empty") == []
    assert form.get("missing", "none") == "none"
    form.close()
    assert left(tmp_path) == []


@settings(max_examples=40)
@given(body=st.binary(max_size=300), piece=st.integers(1, 50))
def test_a_file_arrives_as_sent_however_it_is_cut(tmp_path: Path, body: bytes, piece: int) -> None:
    if b"--xyz" in body:
        return
    form = upload(tmp_path, multipart(("file", "a", body)), piece=piece)
    assert form.files("file")[0].path.read_bytes() == body
    form.close()
    assert left(tmp_path) == []


@settings(max_examples=60)
@given(body=st.binary(max_size=200), cut=st.integers(0, 200))
def test_any_bytes_are_read_or_refused_and_leave_nothing(tmp_path: Path, body: bytes, cut: int) -> None:
    whole = multipart(("text", None, b"x"), ("file", "a", b"y"))
    for sent in (
        body,
        whole[:cut] + body,
        b"--xyz\r\n" + body,
        b'--xyz\r\ncontent-disposition: form-data; name="' + body,
    ):
        try:
            upload(tmp_path, sent).close()
        except Fault as fault:
            assert fault.status in (400, 413)  # noqa: PT017
        try:
            read_form(caller(tmp_path, "multipart/form-data; boundary=xyz"), sent).close()
        except Fault as fault:
            assert fault.status in (400, 413)  # noqa: PT017
        assert left(tmp_path) == []


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(pairs=st.lists(st.tuples(words, words), max_size=10))
def test_a_small_form_is_read_as_sent(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    form = read_form(caller(tmp_path, URLENCODED), urlencode(pairs).encode())
    for name, _ in pairs:
        assert form.all(name) == [value for other, value in pairs if other == name]


@given(kind=st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_content_type_is_understood_or_refused(tmp_path: Path, kind: str) -> None:
    for each in (kind, f"multipart/form-data; boundary={kind}", f"multipart/form-data; {kind}"):
        try:
            read_form(caller(tmp_path, each), b"--a\r\n").close()
        except Fault as fault:
            assert fault.status in (400, 413, 415)  # noqa: PT017


@pytest.mark.parametrize("body", [b"a=%00", b"a=%ff", b"a=\xff", "a=ü".encode()])
def test_bad_characters_in_a_small_form(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(Malformed):
        read_form(caller(tmp_path, URLENCODED), body)


@pytest.mark.parametrize("value", [b"a\0b", b"\xff\xfe"])
def test_bad_characters_in_a_field(tmp_path: Path, value: bytes) -> None:
    with pytest.raises(Malformed):
        upload(tmp_path, multipart(("file", "a.png", b"x"), ("text", None, value)))
    assert left(tmp_path) == []


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "image/png"])
def test_other_kinds_of_body_are_not_forms(tmp_path: Path, kind: str) -> None:
    with pytest.raises(Unsupported):
        read_form(caller(tmp_path, kind), b"{}")
    with pytest.raises(Unsupported):
        asyncio.run(read_upload(caller(tmp_path, kind, chunks=[b"{}"]), 100))


@pytest.mark.parametrize("kind", ["multipart/form-data", f"multipart/form-data; boundary={'x' * 101}"])
def test_a_boundary_is_needed(tmp_path: Path, kind: str) -> None:
    with pytest.raises(Malformed):
        read_form(caller(tmp_path, kind), b"--x--")


@pytest.mark.parametrize("length", [10_001, 2**30, "9" * 5000, "-1", "ten", "²"])
def test_a_declared_length_is_judged_before_reading(tmp_path: Path, length: int | str) -> None:
    with pytest.raises(TooLarge):
        upload(tmp_path, b"never read", length=length)
    assert left(tmp_path) == []


def test_more_than_declared_or_allowed_is_cut_off(tmp_path: Path) -> None:
    body = multipart(("file", "a", b"x" * 20_000))
    with pytest.raises(TooLarge):
        upload(tmp_path, body, piece=1000)
    assert left(tmp_path) == []


def test_fields_are_bounded(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        upload(tmp_path, multipart(("text", None, b"x" * 70_000)), limit=10**6, piece=5000)
    with pytest.raises(Malformed):
        upload(tmp_path, multipart(*[("a", None, b"1")] * 65), piece=5000)
    with pytest.raises(Malformed):
        upload(tmp_path, multipart(*[(f"f{n}", "a", b"1") for n in range(65)]), piece=5000)
    with pytest.raises(Malformed):
        upload(tmp_path, multipart(("n" * 10_000, None, b"1")), limit=10**6)
    assert left(tmp_path) == []


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    body = multipart(("file", "a", b"x" * 500))
    with pytest.raises(Malformed):
        upload(tmp_path, body[:300])
    call = caller(tmp_path, "multipart/form-data; boundary=xyz", chunks=[])
    with pytest.raises(Malformed):
        asyncio.run(read_upload(call, 1000))
    assert left(tmp_path) == []


def test_an_upload_that_stalls_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "_IDLE_SECONDS", 0.05)
    call = caller(tmp_path, "multipart/form-data; boundary=xyz")

    async def never() -> Any:
        await asyncio.sleep(3600)

    call.receive = never
    with pytest.raises(Malformed, match="too long"):
        asyncio.run(read_upload(call, 1000))
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "number"), [("", None), (" ", None), ("7", 7), (" -7 ", -7), ("9" * 19, int("9" * 19))]
)
def test_whole_numbers(text: str, number: int | None) -> None:
    form = Form()
    form.add("n", text)
    assert form.number("n") == number


@given(st.text(max_size=25))
def test_anything_else_is_no_number(text: str) -> None:
    form = Form()
    try:
        form.add("n", text)
        number = form.number("n")
    except (Invalid, Malformed):
        return
    assert number is None or int(text.strip()) == number


@pytest.mark.parametrize("text", ["--7", "-", "+7", "1.5", "²", "9" * 20, "0x1", "1e3", "1_0"])
def test_numbers_that_are_none(text: str) -> None:
    form = Form()
    form.add("n", text)
    with pytest.raises(Invalid) as caught:
        form.number("n")
    assert "n" in caught.value.fields
