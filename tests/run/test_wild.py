"""Real model files give the outputs that Keras gave for the inputs beside them; skipped where the collection is not there.

DENSECLI_WILD names its folder: files, and beside some of them <file>.x.npy and <file>.y.npy.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from densecli.read.open import open_spec
from densecli.run.run import Options, run
from support.folders import ROOT

ROOT = Path(os.environ.get("DENSECLI_WILD", ROOT.parent / "shared" / "wild"))
FILES = sorted(str(path)[: -len(".x.npy")] for path in ROOT.glob("*/*.x.npy"))
# Sums of thousands of large terms that cancel: in float64 the model gives 55.919 and 50.603, densecli 55.94 and 50.62,
# Keras 55.97 and 50.66.
CANCELLING = {"Albert0sans__dl__models__cnn.keras": 2e-3}

pytestmark = pytest.mark.skipif(not FILES, reason="no collection of real files here")


@pytest.mark.parametrize("path", FILES, ids=[Path(path).name[:60] for path in FILES])
def test_real_files_give_keras_outputs(path):
    outcome = run(open_spec(path), Options(weights=path, data=(f"{path}.x.npy",)))
    expected = np.load(f"{path}.y.npy")
    limit = CANCELLING.get(Path(path).name, 1e-5) * float(np.abs(expected).max())
    np.testing.assert_allclose(outcome.arrays[0], expected, rtol=0, atol=limit)
