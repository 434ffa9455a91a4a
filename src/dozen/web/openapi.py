"""The OpenAPI 3.1 description of all native and dialect JSON doors, from the handlers' own types."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from dozen.kit import errors
from dozen.web import auth
from dozen.web.replies import SESSION, Encoded, File, Page, Redirect, Reply, Stream
from dozen.web.routes import Route

_PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")


class Problem(msgspec.Struct):
    """RFC 9457. ``code`` is stable; ``detail`` is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    """For invalid input: what is wrong with which field."""
    retry_after: int | msgspec.UnsetType = msgspec.UNSET
    """Seconds to wait, when the rate was too high."""


def describe(routes: Iterable[Route], *, title: str, version: str, scopes: dict[str, str]) -> dict[str, Any]:
    """The whole document, as plain objects."""
    data = [route for route in routes if route.door.kind == "api"]
    wanted: list[Any] = [Problem]
    for route in data:
        wanted.append(_result_type(route))
        if route.binder.body is not None:
            wanted.append(route.binder.body)
        if route.binder.query is not None:
            wanted.extend(_query_types(route))
    schemas, components = msgspec.json.schema_components(wanted, ref_template="#/components/schemas/{name}")
    found = iter(schemas[1:])
    paths: dict[str, dict[str, Any]] = {}
    problem = {"schema": schemas[0]}
    for route in data:
        result = next(found)
        body = next(found) if route.binder.body is not None else None
        query = [next(found) for _ in route.binder.query_names]
        path = _PLACE.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, result, body, query, problem)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": _scopes_text(scopes)},
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION},
            },
        },
    }


def _scopes_text(scopes: dict[str, str]) -> str:
    return "Scopes:\n" + "\n".join(f"- `{name}`: {what}" for name, what in sorted(scopes.items()))


def _result_type(route: Route) -> Any:
    kind = route.binder.returns
    if get_origin(kind) in (Reply, Encoded):
        kind = get_args(kind)[0]
    if kind in (None, type(None)):
        return None
    if isinstance(kind, type) and issubclass(kind, File | Stream | Redirect | Page | bytes):
        return Any
    return kind


def _query_types(route: Route) -> list[Any]:
    assert route.binder.query is not None
    return [_bare(field.type) for field in msgspec.structs.fields(route.binder.query)]


def _bare(kind: Any) -> Any:
    """``X | None`` is an optional ``X`` in a query string; there is no null in it."""
    if get_origin(kind) in (Union, types.UnionType):
        left = [arg for arg in get_args(kind) if arg is not type(None)]
        if len(left) == 1:
            return left[0]
    return kind


def _operation(
    route: Route, result: Any, body: Any, query: list[Any], problem: dict[str, Any]
) -> dict[str, Any]:
    summary, _, description = route.summary.partition("\n")
    operation: dict[str, Any] = {
        "operationId": f"{route.fn.__module__.removeprefix('dozen.services.')}.{route.fn.__name__}",
        "tags": [route.door.tag],
        "summary": summary,
        "responses": _responses(route, result, problem),
    }
    if description.strip():
        operation["description"] = description.strip()
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(route.binder.path_types[name])}
        for name in route.binder.path_names
    ]
    if route.binder.query is not None:
        fields = {field.name: field for field in msgspec.structs.fields(route.binder.query)}
        parameters += [
            {
                "name": name,
                "in": "query",
                "required": fields[name].required,
                "schema": _with_default(schema, fields[name]),
            }
            for name, schema in zip(route.binder.query_names, query, strict=True)
        ]
    if parameters:
        operation["parameters"] = parameters
    if body is not None:
        operation["requestBody"] = {
            "required": not route.binder.may_be_empty,
            "content": {"application/json": {"schema": body}},
        }
    elif route.upload:
        upload = {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        }
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": upload}}}
    tokens: list[dict[str, list[str]]] = [{"token": [route.scope] if route.scope else []}, {"session": []}]
    operation["security"] = [*tokens, {}] if route.access == "public" else tokens
    return operation


def _path_schema(kind: Any) -> dict[str, Any]:
    if kind is int:
        return {"type": "string", "pattern": "^[0-9]{1,19}$"}
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    return {"type": "string", "minLength": 1, "maxLength": 500}


def _with_default(schema: dict[str, Any], field: Any) -> dict[str, Any]:
    if field.default is msgspec.NODEFAULT or field.default is None:
        return schema
    return {**schema, "default": field.default}


def _responses(route: Route, result: Any, problem: dict[str, Any]) -> dict[str, Any]:
    kind = _result_type(route)
    status = 204 if kind is None and route.status < 300 else route.status
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    ranges: dict[str, Any] = {}
    returns = route.binder.returns
    if isinstance(returns, type) and issubclass(returns, Stream):
        answer["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    elif isinstance(returns, type) and issubclass(returns, File):
        answer["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        ranges = {"206": {**answer, "description": "A range"}}
        ranges |= {"304": {"description": "Unchanged"}, "416": {"description": "No such range"}}
    elif kind is not None:
        answer["content"] = {route.media: {"schema": result}}
    responses = {str(status): answer, **ranges}
    by_status: dict[int, list[type[errors.Fault]]] = {}
    for fault in (*_always(route), *route.raises):
        by_status.setdefault(fault.status, [])
        if fault not in by_status[fault.status]:
            by_status[fault.status].append(fault)
    for code, faults in sorted(by_status.items()):
        words = "; ".join(f"`{fault.code}`: {fault.title}" for fault in faults)
        responses[str(code)] = {"description": words, "content": {"application/problem+json": problem}}
    return responses


def _always(route: Route) -> list[type[errors.Fault]]:
    """What any handler of this shape may answer."""
    found: list[type[errors.Fault]] = [
        errors.Malformed,
        errors.TooMany,
        errors.Unavailable,
        errors.Unauthenticated,
        auth.BadToken,
    ]
    if route.access != "public" or route.scope:
        found.append(auth.MissingScope)
    if route.access in ("admin", "moderator"):
        found.append(auth.NotStaff)
    if route.writes:
        found += [auth.BadCsrf, errors.Forbidden]
    if route.binder.path_names:
        found.append(errors.NotFound)
    if route.binder.body is not None or route.binder.query is not None or route.upload:
        found.append(errors.Invalid)
    if route.binder.body is not None or route.upload:
        found += [errors.TooLarge, errors.Unsupported]
    return found
