"""Where things lie in the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
CONFORMANCE = TESTS / "conformance"  # Keras' answers to tests/cases
FIXTURES = TESTS / "fixtures"  # models and values that Keras recorded
GOLDENS = TESTS / "golden"  # what densecli prints, kept for review
EXAMPLE_SPECS = ROOT / "examples" / "specs"
