"""The index of a checkpoint: LevelDB's tables, written here byte by byte, and those of TensorFlow; Snappy as Google packs it."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from densecli.errors import DenseError
from densecli.read.files.checkpoint import read_index
from densecli.read.files.snappy import unpacked
from densecli.read.files.tables import MAGIC, crc32c, entries, masked
from densecli.read.limits import LIMITS
from support.saved_models import ARCHIVE, records

# Packed with python-snappy 0.7.3.
PACKED = {
    b"": "AA==",
    b"abc": "AwhhYmM=",
    b"a" * 300: "rAIAYf4BAP4BAP4BAP4BAKoBAA==",
    b"abcde" * 200: "6AcQYWJjZGX+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQD+BQCKBQA=",
    bytes(range(256)) * 2 + bytes(range(255, -1, -1)) + b"xyz" * 40: (
        "+Ab0BQEAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE"
        "1OT1BRUlNUVVZXWFlaW1xdXl9gYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoOEhYaHiImKi4yNjo+QkZKTlJWWl5iZmpucnZ6f"
        "oKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr/AwcLDxMXGx8jJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u/w8f"
        "Lz9PX29/j5+vv8/f7/AAECAwQF/gAB/gAB/gAB5gAB9A4B//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eDf3t3c29rZ2NfW1dTT0tHQ"
        "z87NzMvKycjHxsXEw8LBwL++vby7urm4t7a1tLOysbCvrq2sq6qpqKempaSjoqGgn56dnJuamZiXlpWUk5KRkI+OjYyLiomIh4aFhIOCgYB/fn"
        "18e3p5eHd2dXRzcnFwb25tbGtqaWhnZmVkY2JhYF9eXVxbWllYV1ZVVFNSUVBPTk1MS0pJSEdGRURDQkFAPz49PDs6OTg3NjU0MzIxMC8uLSwr"
        "KikoJyYlJCMiISAfHh0cGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIBAHh5enh5enh5enh5enh5ev4JAKIJAA=="
    ),
}


def varint(number):
    found = b""
    while number > 127:
        found, number = found + bytes([number & 127 | 128]), number >> 7
    return found + bytes([number])


def block(items, *, shared=True):
    """Keys and values with the prefixes left out that keys share with the one before."""
    data, before = b"", b""
    for key, value in items:
        common = 0
        while shared and common < min(len(key), len(before)) and key[common] == before[common]:
            common += 1
        data += varint(common) + varint(len(key) - common) + varint(len(value)) + key[common:] + value
        before = key
    return data + bytes(4) + (1).to_bytes(4, "little")


def table(blocks, pack=lambda data: (0, data)):
    """A table of these blocks; `pack` compresses one, and gives the number of the compression."""
    data, index = b"", []
    for number, each in enumerate(blocks):
        kind, packed = pack(each)
        index.append((b"%03d" % number, varint(len(data)) + varint(len(packed))))
        data += stored(packed, kind)
    at, body = len(data), block(index)
    data += stored(body, 0)
    handles = varint(0) + varint(0) + varint(at) + varint(len(body))
    return data + handles.ljust(40, b"\0") + MAGIC


def stored(body, kind):
    return body + bytes([kind]) + masked(crc32c(body + bytes([kind]))).to_bytes(4, "little")


ITEMS = [(b"", b"head"), (b"layer-1/bias", b"x"), (b"layer-1/kernel", b""), (b"layer-10/kernel", b"y" * 200)]


def read(data, limits=LIMITS):
    return list(entries(io.BytesIO(data), limits))


def fails(data, code="E332", limits=LIMITS):
    with pytest.raises(DenseError) as caught:
        read(data, limits)
    assert caught.value.code == code
    return caught.value


def test_the_checksum_is_castagnolis():
    """RFC 3720, B.4, and the value of Google's own test."""
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA


@pytest.mark.parametrize("text", PACKED, ids=len)
def test_snappy_unpacks_what_google_packed(text):
    assert unpacked(base64.b64decode(PACKED[text]), 10_000) == text


@pytest.mark.parametrize("text", PACKED, ids=len)
def test_damaged_snappy_is_an_error_and_never_more_than_the_limit(text):
    data = base64.b64decode(PACKED[text])
    for at in range(len(data)):
        for changed in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
            try:
                assert len(unpacked(changed, 2000)) <= 2000
            except DenseError as error:
                assert error.code in ("E331", "E332")


def test_prefixes_are_put_back():
    assert read(table([block(ITEMS)])) == ITEMS
    assert read(table([block(ITEMS[:2]), block(ITEMS[2:], shared=False)])) == ITEMS


def test_packed_blocks_are_unpacked():
    def pack(data):
        return 1, varint(len(data)) + b"".join(bytes([(len(part) - 1) << 2]) + part for part in parts(data))

    def parts(data):
        return [data[at : at + 60] for at in range(0, len(data), 60)]

    assert read(table([block(ITEMS)], pack)) == ITEMS


@pytest.mark.parametrize("name", [name for name, record in records().items() if "rows" in record])
def test_the_index_of_tensorflow_lists_every_weight_of_the_model(name):
    with zipfile.ZipFile(ARCHIVE) as archive:
        index = read_index(io.BytesIO(archive.read(f"{name}/variables/variables.index")), LIMITS)
    shapes = [list(each.shape) for each in index.arrays]
    for shape in records()[name]["weights"]:
        shapes.remove(shape)


def test_a_wrong_checksum_is_refused():
    data = bytearray(table([block(ITEMS)]))
    data[3] ^= 1
    assert "checksum" in fails(bytes(data)).message


def test_what_lies_beyond_the_file_is_refused():
    assert "beyond" in fails(stored(b"", 0) + (varint(0) * 2 + varint(1 << 60) * 2).ljust(40, b"\0") + MAGIC).message


def test_entries_stay_in_their_block():
    for entry in (varint(9) + varint(0) + varint(0), varint(0) + varint(200) + varint(0), varint(0) * 2 + varint(99)):
        fails(table([entry + bytes(4) + (1).to_bytes(4, "little")]))
    fails(table([(1 << 30).to_bytes(4, "little")]))


def test_many_handles_to_one_block_do_not_multiply_it():
    """A small file whose index names the same large block again and again."""
    body = block([(b"k", b"x" * 60_000)])
    index = block([(b"%05d" % number, varint(0) + varint(len(body))) for number in range(2000)])
    data = stored(body, 0)
    at = len(data)
    data += stored(index, 0) + (varint(0) * 2 + varint(at) + varint(len(index))).ljust(40, b"\0") + MAGIC
    fails(data, limits=LIMITS._replace(config_bytes=1 << 20))


def test_a_large_index_is_refused():
    fails(table([block(ITEMS)]), "E506", LIMITS._replace(config_bytes=100))
