"""How much densecli is willing to read: one table, so that no reader has a limit of its own."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Far above what models need (a real config has some 833 bytes and 39 nodes a layer), far below what hurts."""

    spec_bytes: int = 16 << 20  # DSL, YAML and JSON specs; read one byte more to know (E501)
    config_bytes: int = 64 << 20  # config.json of a model file (E501)
    members: int = 10_000  # files in a .keras archive (E506)
    weights: int = 100_000  # groups and datasets looked at in an HDF5 file (E505)
    depth: int = 100  # brackets in brackets; real configs have 8 (E503)
    nodes: int = 2_000_000  # values in a document, with every alias expanded (E502)
    layers: int = 1_000_000  # steps after repeats are written out (E505)
    digits: int = 100  # of one number: far beyond 2**63, far below what makes int() slow (E504)
    bits: int = 4096  # of a product in the DSL, checked before it is computed (E504)
    mistakes: int = 1_000  # collected in one spec before the rest is left unread


LIMITS = Limits()
