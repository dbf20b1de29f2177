"""Files of arrays, written byte by byte so that they can contain what NumPy never writes."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np


def npy(header, data=b"", version=(1, 0)):
    """An .npy file with any text as its header."""
    text = header.encode("utf-8", "replace") + b"\n"
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text) % (1 << 16))
    return b"\x93NUMPY" + bytes(version) + length + text + data


def header(descr="'<f4'", order="False", shape="(1, 3)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


def npz(*members, compression=zipfile.ZIP_STORED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


GOOD = npy(header(), np.ones((1, 3), "<f4").tobytes())
KERNEL = npy(header(shape="(3, 2)"), np.ones((3, 2), "<f4").tobytes())
BIAS = npy(header(shape="(2,)"), np.ones(2, "<f4").tobytes())
ARCHIVES = [npz(("input_layer.npy", GOOD), compression=how) for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)]
WEIGHTS = [npz(("dense/kernel.npy", KERNEL), ("dense/bias.npy", BIAS), compression=how) for how in (0, 8)]
