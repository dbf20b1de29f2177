"""The dtype of a layer, which Keras writes as a name or as a policy in parts."""

from __future__ import annotations

from typing import Any

from densecli import names


def dtype_of(value: Any) -> Any:
    """The name of a dtype or policy; those that only say `as usual` or are not Keras' own count as float32."""
    if isinstance(value, dict):
        config = value.get("config")
        config = config if isinstance(config, dict) else {}
        value = config.get("name") or _policy(config) or dtype_of(config.get("default_policy"))
    if value is None or value in ("infer", "_infer", "infer_with_float32_vars"):
        return None
    if not isinstance(value, str):
        return None
    return value if value in names.DTYPES or names.quantization(value) in names.QUANTIZATIONS else None


def is_odd(value: Any) -> bool:
    """Whether a policy quantizes in a way that no rule is known for (int4, GPTQ, AWQ, another float8 history)."""
    config = value.get("config") if isinstance(value, dict) else None
    if not isinstance(config, dict) or not _policy(config):
        return isinstance(value, str) and names.quantization(value) not in (None, *names.QUANTIZATIONS)
    return config["mode"] not in names.QUANTIZATIONS or config.get("amax_history_length", 1024) != 1024


def _policy(config: dict[str, Any]) -> str | None:
    """The name of a quantized policy, which Keras 3 writes in parts."""
    mode, source = config.get("mode"), config.get("source_name")
    return f"{mode}_from_{source}" if isinstance(mode, str) and isinstance(source, str) else None
