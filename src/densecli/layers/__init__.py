"""The catalog of layers: one module per family, imported when one of its layers is first needed, to keep start-up fast."""

from densecli.catalogue import ALIASES, CATALOGUE
from densecli.layers import index

CATALOGUE.modules.update({name: f"{__name__}.{module}" for name, module in index.MODULES.items()})
ALIASES.update(index.ALIASES)
