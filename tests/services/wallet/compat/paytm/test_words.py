"""The checksum beside the vendor's, and the shapes on the wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paytmchecksum import PaytmChecksum

from dozen.kit import errors as kit
from dozen.services.wallet.compat.paytm import checksum, errors, mapping, wire
from dozen.services.wallet.errors import merchants as shop
from dozen.services.wallet.queries.paytm import PaytmOrder
from tests.services.wallet.compat.stripe.test_words import ASKED, FAILED, INTENT, NOW, REFUND

GOLDEN = Path(__file__).parent / "golden"
KEYS = st.text(alphabet="abcXYZ019", min_size=32, max_size=32) | st.text(
    alphabet="kK7", min_size=16, max_size=16
)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80)


@settings(max_examples=50)
@given(WORDS, KEYS)
def test_the_vendor_believes_ours_and_we_theirs(text: str, key: str) -> None:
    mine = checksum.sign(text, key)
    if "CHECKSUMHASH" not in text:
        assert PaytmChecksum.verifySignature(text, key, mine)
        assert checksum.verify(text.encode(), key, PaytmChecksum.generateSignature(text, key))
    assert checksum.verify(text.encode(), key, mine)
    assert not checksum.verify(text.encode() + b"x", key, mine)
    assert not checksum.verify(text.encode(), "z" * 32, mine)


@settings(max_examples=50)
@given(
    st.dictionaries(st.text(alphabet="ABCdef", min_size=1, max_size=8), WORDS | st.just("null"), max_size=8),
    KEYS,
)
def test_forms_alike(fields: dict[str, str], key: str) -> None:
    mine = checksum.sign(checksum.text_of(fields), key)
    assert PaytmChecksum.verifySignature(dict(fields), key, mine)


@given(st.text(max_size=300))
def test_no_checksum_is_too_strange(given_: str) -> None:
    assert not checksum.verify(b"x", "k" * 32, given_)


def test_the_body_is_kept_as_it_came() -> None:
    body = b'{ "mid" : "M",\n "orderId":"O\\u0031" }'
    for sent in (
        b'{"head":{"signature":"s"},"body":%s}' % body,
        b'{"body":%s , "head":{"signature":"s"}}' % body,
    ):
        found = msgspec.json.decode(sent, type=wire.Envelope)
        assert bytes(found.body).strip() == body
    assert wire.answer({"a": "b"}, b"{}") == b'{"head":{"a":"b"},"body":{}}'


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (errors.Refused(*errors.NO_ORDER), "334"),
        (kit.TooMany(), "501"),
        (kit.Unavailable(), "501"),
        (kit.Malformed(), "1001"),
        (shop.RefundTooLarge(left=3), "619"),
        (shop.WrongState(), "607"),
        (shop.BadIntent(fields={"amount": "x"}), "2007"),
        (shop.BadReturnUrl(), "1001"),
    ],
)
def test_faults(fault: kit.Fault, code: str) -> None:
    assert errors.result_of(fault)[0] == code


ORDER = PaytmOrder("L0000000000000000007", "ORDER-1", INTENT.id, "https://a.example/cb", "WEB", "C1", NOW)


def shapes() -> dict[str, Any]:
    return {
        "callback_success": mapping.callback(ORDER, INTENT),
        "callback_failure": mapping.callback(ORDER, FAILED),
        "status_success": mapping.status(ORDER, INTENT),
        "status_pending": mapping.status(ORDER, ASKED),
        "refund_raised": mapping.raised(ORDER, INTENT, REFUND, "R1"),
        "refund_status": mapping.refund(ORDER, INTENT, REFUND, "R1"),
    }


@pytest.mark.parametrize("name", sorted(shapes()))
def test_golden(name: str) -> None:
    found = shapes()[name]
    assert found == json.loads((GOLDEN / f"{name}.json").read_text())
    text = json.dumps(found)
    assert "'" not in text
    assert text.isascii()
