"""The catalog of layers: one module per family, imported when one of its layers is first needed, to keep start-up fast."""

from densecli.catalogue import ALIASES, CATALOGUE, EXTRA
from densecli.layers import index
from densecli.names import APPLICATION_LAYERS

CATALOGUE.modules.update({name: f"{__name__}.{module}" for name, module in index.MODULES.items()})
ALIASES.update(index.ALIASES)
EXTRA.modules.update(dict.fromkeys(APPLICATION_LAYERS, f"{__name__}.applications"))
