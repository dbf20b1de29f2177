"""Bytes changed, cut off or put in: what accidents and attackers make of a file."""

from __future__ import annotations

from hypothesis import strategies as st


@st.composite
def mutations(draw, size):
    """Places and what to put there: other bytes, other bits, a stretch of another place, or an end."""
    place = st.integers(0, size - 1)
    change = st.one_of(
        st.tuples(st.just("byte"), place, st.integers(0, 255)),
        st.tuples(st.just("bit"), place, st.integers(0, 7)),
        st.tuples(
            st.just("number"), place, st.sampled_from([0, 1, 0x7FFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF, 1 << 40])
        ),
        st.tuples(st.just("copy"), place, place),
        st.tuples(st.just("cut"), place, st.just(0)),
    )
    return draw(st.lists(change, min_size=1, max_size=6))


def mutated(data, changes):
    found = bytearray(data)
    for kind, place, value in changes:
        if not found:
            break
        at = min(place, len(found) - 1)
        if kind == "byte":
            found[at] = value
        elif kind == "bit":
            found[at] ^= 1 << value
        elif kind == "number":
            found[at : at + 8] = value.to_bytes(8, "little")
        elif kind == "copy":
            found[at : at + 64] = found[value : value + 64]
        elif at:
            del found[at:]
    return bytes(found)
