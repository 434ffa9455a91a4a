"""Submitted forms and uploads, bounded in size, number and time. Files go to temporary files."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from dozen.kit.errors import Invalid, Malformed, TooLarge, Unsupported
from dozen.web.binding import parse_query
from dozen.web.call import Call

_NUMBER = re.compile("-?[0-9]{1,19}")
_MOST_PARTS = 64
_FIELD_LIMIT = 64 * 1024
_IDLE_SECONDS = 30.0
_UPLOAD_SECONDS = 1800.0


class Upload:
    """A file that was sent, in a temporary file that goes with the form."""

    __slots__ = ("_file", "content_type", "filename", "path", "size")

    def __init__(self, filename: str, content_type: str, folder: Path | None) -> None:
        self.filename = filename[:255]
        self.content_type = content_type[:100]
        self.size = 0
        self._file: IO[bytes] = tempfile.NamedTemporaryFile(prefix="upload-", dir=folder, delete=False)  # noqa: SIM115
        self.path = Path(self._file.name)

    def write(self, data: bytes | bytearray) -> None:
        self._file.write(data)
        self.size += len(data)

    def finish(self) -> None:
        self._file.close()

    def close(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class Form:
    """Fields and files by name. Text is UTF-8; a field that was not sent is empty."""

    def __init__(self) -> None:
        self._fields: dict[str, list[str]] = {}
        self._files: dict[str, list[Upload]] = {}

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field."""
        found = self._fields.get(name)
        return found[-1] if found else default

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def checked(self, name: str) -> bool:
        return self.get(name) not in ("", "0", "off", "false")

    def number(self, name: str) -> int | None:
        """A whole number; None when the field is empty. Raises Invalid when it is something else."""
        text = self.get(name).strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise Invalid(fields={name: "This must be a whole number"})
        return int(text)

    def files(self, name: str) -> list[Upload]:
        """Files of a field; a file input that was left empty sends none."""
        return [upload for upload in self._files.get(name, []) if upload.size or upload.filename]

    def fields(self) -> Iterator[tuple[str, str]]:
        for name, values in self._fields.items():
            for value in values:
                yield name, value

    def add(self, name: str, value: str) -> None:
        if "\0" in value or "\0" in name:
            raise Malformed("Text must not contain NUL characters")
        self._fields.setdefault(name, []).append(value)

    def add_file(self, name: str, upload: Upload) -> None:
        self._files.setdefault(name, []).append(upload)

    def close(self) -> None:
        """Remove the temporary files."""
        for uploads in self._files.values():
            for upload in uploads:
                upload.close()


def read_form(call: Call, body: bytes) -> Form:
    """A small form that is already in memory."""
    kind, options = parse_options_header(call.header("content-type"))
    form = Form()
    if kind == "multipart/form-data":
        parser = _Parser(call, form, options.get("boundary", ""), len(body))
        try:
            parser.feed(body)
            parser.end()
        except BaseException:
            form.close()
            raise
    elif kind in ("application/x-www-form-urlencoded", "") or not body:
        for name, value in parse_query(body):
            form.add(name, value)
    else:
        raise Unsupported("Send a form")
    return form


async def read_upload(call: Call, limit: int) -> Form:
    """A form with files, streamed to disk as it arrives."""
    kind, options = parse_options_header(call.header("content-type"))
    if kind != "multipart/form-data":
        raise Unsupported("Send a form with files (multipart/form-data)")
    if call.declares_more(limit):
        raise TooLarge(f"At most {limit // 2**20 or 1} MiB are accepted here")
    form = Form()
    parser = _Parser(call, form, options.get("boundary", ""), limit)
    try:
        async with asyncio.timeout(_UPLOAD_SECONDS):
            while True:
                async with asyncio.timeout(_IDLE_SECONDS):
                    message = await call.receive()
                if message["type"] == "http.disconnect":
                    raise Malformed("The upload broke off")
                if chunk := message.get("body", b""):
                    parser.feed(chunk)
                if not message.get("more_body"):
                    call.taken = True
                    parser.end()
                    return form
    except TimeoutError as error:
        form.close()
        raise Malformed("The upload took too long to arrive") from error
    except BaseException:
        form.close()
        raise


class _Parser:
    """Feeds multipart data into a form."""

    def __init__(self, call: Call, form: Form, boundary: str, limit: int) -> None:
        if not 1 <= len(boundary) <= 100:
            raise Malformed("The form has no boundary")
        self._form = form
        self._limit = limit
        self._size = 0
        self._folder = call.server.env.settings.data / "tmp"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._parser = PushMultipartParser(
            boundary, max_header_size=4096, max_header_count=8, max_segment_count=_MOST_PARTS
        )
        self._name = ""
        self._text: bytearray | None = None
        self._upload: Upload | None = None

    def feed(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise TooLarge(f"At most {self._limit // 2**20 or 1} MiB are accepted here")
        self._consume(data)

    def end(self) -> None:
        self._consume(b"")

    def _consume(self, data: bytes) -> None:
        try:
            for event in self._parser.parse(data):
                if isinstance(event, MultipartSegment):
                    self._open(event)
                elif event is None:
                    self._finish()
                else:
                    self._take(event)
        except MultipartError as error:
            raise Malformed(f"The form could not be read: {error}") from error
        except UnicodeDecodeError as error:
            raise Malformed("The form's text is not UTF-8") from error

    def _open(self, segment: MultipartSegment) -> None:
        self._name = segment.name or ""
        if segment.filename is not None:
            self._upload = Upload(segment.filename, segment.content_type or "", self._folder)
            self._form.add_file(self._name, self._upload)
        else:
            self._text = bytearray()

    def _take(self, data: bytearray | bytes) -> None:
        if self._upload is not None:
            self._upload.write(data)
        elif self._text is not None:
            self._text += data
            if len(self._text) > _FIELD_LIMIT:
                raise TooLarge("A field of the form is too long")

    def _finish(self) -> None:
        if self._upload is not None:
            self._upload.finish()
            self._upload = None
        elif self._text is not None:
            self._form.add(self._name, self._text.decode("utf-8"))
            self._text = None
