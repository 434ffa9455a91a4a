"""Background work of the front door."""

from __future__ import annotations

from dozen.core import accounts, engagement, search
from dozen.core.jobs import Job
from dozen.services.home.jobs import forget
from dozen.services.home.service import REALM, index
from tests.support.people import make_people
from tests.support.town import Town


def test_what_a_purged_account_marked_and_wrote_is_forgotten(town: Town) -> None:
    (admin,) = make_people(town, 1, role="admin")
    ann, bo = make_people(town, 2)
    for person in (ann, bo):
        town.write(index, person)
        town.write(engagement.mark, person, "like", 77, "microblog")
        town.write(search.save, person, "microblog", name="tea", text="tea")
    town.write(accounts.remove_account, admin, ann)
    town.write(accounts.purge, ann)
    forget(town.env, Job(0, "home.forget", {}, 1, 0))
    assert [mark.person_id for mark in town.read(engagement.who, "like", 77)] == [bo]
    assert town.read(engagement.counts, [77])[77].likes == 1
    assert town.read(search.saved, ann, "microblog") == []
    assert len(town.read(search.saved, bo, "microblog")) == 1
    hits = town.read(
        search.find_best, search.parse("ann"), viewer=search.Viewer(), realm=REALM, kinds=("person",)
    )
    assert ann not in [hit.id for hit in hits]
