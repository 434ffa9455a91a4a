from __future__ import annotations

import pytest
from cemacqr import EMVCO, parse_payload, validate
from hypothesis import given
from hypothesis import strategies as st

from dozen.services.wallet.service import emv

SPEC = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRA"
    "NSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME"
    "91320016A0112233449988770708123456786304A13A"
)
"""The example of the specification's annex."""


def test_the_specifications_example() -> None:
    found = emv.parse(SPEC)
    assert (found["52"], found["53"], found["54"], found["58"]) == ("4111", "156", "23.72", "CN")
    assert (found["59"], found["60"]) == ("BEST TRANSPORT", "BEIJING")
    assert emv.split(found["64"]) == {"00": "ZH", "01": "最佳运输", "02": "北京"}
    assert emv.split(found["29"]) == {"00": "D15600000000", "05": "A93FO3230Q"}
    assert emv.split(found["62"])["07"] == "A6008667"
    assert emv.crc(SPEC[:-4]) == "A13A"


def test_the_checksum_of_the_catalogue() -> None:
    assert emv.crc("123456789") == "29B1"  # CRC-16/CCITT-FALSE's check value


_text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=15)
_digits = st.from_regex(r"[0-9]{4}", fullmatch=True)


@given(_text, _text, _digits, st.integers(1, 10**9), _text)
def test_round_trip(name: str, city: str, mcc: str, amount: int, reference: str) -> None:
    pairs = [
        ("01", "12"),
        ("26", emv.objects([("00", "dozen.wallet"), ("01", "77")])),
        ("52", mcc),
        ("53", "356"),
        ("54", f"{amount // 100}.{amount % 100:02}"),
        ("58", "IN"),
        ("59", name),
        ("60", city),
        ("62", emv.objects([("05", reference)])),
    ]
    made = emv.write(pairs)
    found = emv.parse(made)
    assert found.pop("00") == "01"
    assert found.pop("63") == made[-4:]
    assert list(found.items()) == pairs
    assert emv.split(found["62"]) == {"05": reference}


@given(st.integers(0, len(SPEC) - 1), st.sampled_from("0X"))
def test_any_changed_character_is_noticed(at: int, other: str) -> None:
    changed = SPEC[:at] + other + SPEC[at + 1 :]
    if changed == SPEC:
        return
    with pytest.raises(emv.BadPayload):
        emv.parse(changed)


@given(st.text(max_size=80))
def test_nothing_else_comes_out_of_noise(text: str) -> None:
    for noise in (text, "000201" + text, "000201" + text + "6304" + emv.crc("000201" + text + "6304")):
        try:
            found = emv.parse(noise)
        except emv.BadPayload:
            continue
        assert set(emv.MUST) <= set(found)


@pytest.mark.parametrize("text", ["", "0002", "00020163041D3D", "0" * 513, "000201" + "5900" + "6304ABCD"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(emv.BadPayload):
        emv.parse(text)


def test_what_cannot_be_written() -> None:
    for pairs in ([("5", "x")], [("59", "x" * 100)], [("ab", "x")]):
        with pytest.raises(emv.BadPayload):
            emv.objects(pairs)
    with pytest.raises(emv.BadPayload):
        emv.write([(f"{n}", "x" * 99) for n in range(80, 86)])


def test_an_independent_reader_agrees() -> None:
    made = emv.write(
        [("01", "11"), ("26", emv.objects([("00", "dozen.wallet"), ("01", "77")])), ("52", "5812"),
         ("53", "356"), ("58", "IN"), ("59", "TEA HOUSE"), ("60", "ONLINE")]
    )  # fmt: skip
    assert not validate(parse_payload(made), EMVCO).violations
    broken = made[:-4] + ("0000" if made[-4:] != "0000" else "1111")
    assert validate(parse_payload(broken), EMVCO).violations
