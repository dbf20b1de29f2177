"""The language of `--assert` and of `assert:` in specs: parsing an expression, evaluating it on a report."""
