"""The catalogue: one module per family. A module is imported when one of its layers is first asked for: start-up is a feature."""

from densecli.catalogue import ALIASES, CATALOGUE
from densecli.layers import index

CATALOGUE.modules.update({name: f"{__name__}.{module}" for name, module in index.MODULES.items()})
ALIASES.update(index.ALIASES)
