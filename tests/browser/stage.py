"""A small server that shows the design system by itself: the real templates, static files and
Content-Security-Policy, with posts made up here. No database, no rooms."""

from __future__ import annotations

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jinja2

from dozen.kit import clock
from dozen.web.frame import Frame, Me
from dozen.web.room import Place, Room
from dozen.web.send import CSP

ROOMS = ["microblog", "travel", "wallet", "sports", "rides", "expenses"]
ROOMS += ["friends", "news", "music", "vault", "surveys", "buses"]
KEYS = "mtwsrefnuvyb"
PLACES = (
    Place(title="Home", path="/microblog", icon="home", key="h", member=False),
    Place(title="Search", path="/microblog/search", icon="search", key="s"),
    Place(title="Notifications", path="/microblog/notices", icon="bell", key="n", badge="notifications"),
    Place(title="Bookmarks", path="/microblog/bookmarks", icon="bookmark", key="b"),
    Place(title="Lists", path="/microblog/lists", icon="list", key="l"),
    Place(title="Numbers", path="/microblog/numbers", icon="chart", key="u"),
)
NEWEST, OLDEST, PAGE = 60, 1, 12

POST = """
{% import 'parts/entry.html' as entry %}{% import 'parts/menus.html' as menus %}
{% macro post(n) %}{% set base = '/posts/%s' % n %}
{% call entry.entry('p%s' % n, author, now_ms - (60 - n) * 60000, '/thread',
  menu=menus.lazy('More about this post', base ~ '/menu'),
  actions=entry.actions(base, '/thread', 0, n, false, n, false, false)) %}
<p class="entry-text">Post number {{ n }}.</p>{% endcall %}{% endmacro %}
"""
FEED = (
    "{% extends 'layout.html' %}{% from 'post' import post with context %}"
    "{% import 'parts/page.html' as page %}{% import 'parts/entry.html' as entry %}"
    "{% import 'parts/forms.html' as forms with context %}"
    "{% block main %}{{ page.header('Home') }}"
    "<div class=sheet data-feed=home>{% set hidden %}{{ forms.csrf() }}{% endset %}"
    "{{ entry.composer(me, '/posts', hidden, max=280, draft='post', target='#compose', mode='after',"
    " files='media') }}"
    "{% for n in numbers %}{{ post(n) }}{% endfor %}{{ page.more(next) }}</div>{% endblock %}"
)
THREAD = "{% extends 'layout.html' %}{% block main %}<h1>Thread</h1>{% endblock %}"


class Stage:
    """``stage.url`` shows it; ``stage.asked`` is what was posted; ``stage.push`` sends an event;
    ``stage.directions`` is where scripts are sent that post to an address, and with which message."""

    def __init__(self) -> None:
        folder = Path("/nonexistent")
        self.rooms = [
            Room(
                name=name,
                title=name.title(),
                summary="",
                icon=name,
                key=key,
                folder=folder,
                places=PLACES if name == "microblog" else (),
            )
            for name, key in zip(ROOMS, KEYS, strict=True)
        ]
        self.frame = Frame(self.rooms)
        templates = self.frame.templates
        own = {"post": POST, "feed": FEED, "thread": THREAD}
        real = templates.loader
        assert real is not None
        templates.loader = jinja2.ChoiceLoader([jinja2.DictLoader(own), real])
        self.newest = NEWEST
        self.asked: list[tuple[str, bytes, bool]] = []
        self.directions: dict[str, dict[str, Any]] = {}
        self.listeners: list[queue.Queue[str]] = []
        stage = self

        class Handler(_Handler):
            server_stage = stage

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def push(self, event: str, data: str) -> None:
        for listener in self.listeners:
            listener.put(f"event: {event}\ndata: 0\ndata: {data}\n\n")

    def page(self, template: str, path: str, **values: Any) -> str:
        frame = {
            "me": Me(91, "mira", "Mira Solberg", None, is_staff=True),
            "author": SimpleNamespace(id=7, username="ada", name="Ada Okafor", avatar_id=None),
            "room": self.rooms[0],
            "path": path,
            "theme": "auto",
            "flash": [],
            "counts": {"notifications": 3},
            "now_ms": clock.now(),
            "csrf": "token",
        }
        return self.frame.templates.get_template(template).render(frame | values)

    def feed(self, before: int) -> str:
        numbers = range(before - 1, max(before - 1 - PAGE, OLDEST - 1), -1)
        onward = f"/microblog?before={numbers[-1]}" if numbers[-1] > OLDEST else ""
        return self.page("feed", "/microblog", numbers=numbers, next=onward, stream="/stream")

    def one(self, number: int) -> str:
        template = self.frame.templates.from_string("{% from 'post' import post with context %}{{ post(n) }}")
        author = SimpleNamespace(id=91, username="mira", name="Mira Solberg", avatar_id=None)
        return template.render(n=number, author=author, now_ms=clock.now())


class _Handler(BaseHTTPRequestHandler):
    server_stage: Stage
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class says so
        pass

    def _say(self, body: str | bytes, media: str = "text/html; charset=utf-8", status: int = 200) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("content-type", media)
        self.send_header("content-length", str(len(data)))
        self.send_header("content-security-policy", CSP)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        stage = self.server_stage
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path.startswith("/static/"):
            name = asked.path.split("/", 3)[3]
            kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
            self._say(stage.frame.assets.body(name, b"")[0], kinds[name.rpartition(".")[2]])
        elif asked.path == "/microblog":
            self._say(stage.feed(int(query.get("before", stage.newest + 1))))
        elif asked.path == "/styleguide":
            self._say(stage.page("styleguide.html", asked.path))
        elif asked.path.endswith("/menu"):
            self._say('<a href="#copy">Copy link</a><a href="#report">Report</a>')
        elif asked.path == "/live":
            self._listen()
        elif asked.path == "/thread":
            self._say(stage.page("thread", asked.path))
        else:
            self._say(stage.page("error.html", asked.path, title="Not here", status=404), status=404)

    def _listen(self) -> None:
        mine: queue.Queue[str] = queue.Queue()
        self.server_stage.listeners.append(mine)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        try:
            self.wfile.write(b":hello\n\n")
            while True:
                self.wfile.flush()
                self.wfile.write(mine.get().encode())
        except OSError:
            self.server_stage.listeners.remove(mine)

    def do_POST(self) -> None:
        stage = self.server_stage
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        enhanced = self.headers.get("x-requested-with") == "dozen"
        stage.asked.append((self.path, body, enhanced))
        if self.path.startswith("/refused"):
            self._say('{"title":"Blocked","detail":"You cannot like this."}', "application/problem+json", 403)
        elif not enhanced:
            self.send_response(303)
            self.send_header("location", self.headers.get("referer", "/"))
            self.send_header("content-length", "0")
            self.end_headers()
        elif self.path in stage.directions:
            self._say(json.dumps(stage.directions[self.path]), "application/json")
        elif self.path == "/posts":
            self._say(stage.one(1000 + len(stage.asked)))
        else:
            self.send_response(204)
            self.end_headers()
