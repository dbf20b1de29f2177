"""The dtype of a layer, which Keras writes as a name or as a policy in parts."""

from __future__ import annotations

from typing import Any

from densecli import names

USUAL_QUANTIZER = ("AbsMaxQuantizer", {"value_range": [-127, 127], "epsilon": 1e-07, "output_dtype": "int8"})  # of int8


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
    return value if value in names.DTYPES or names.quantization(value) is not None else None


def is_odd(value: Any) -> bool:
    """Whether a policy quantizes in a way that has no rule (a later mode, another float8 history)."""
    config = value.get("config") if isinstance(value, dict) else None
    policy = _policy(config) if isinstance(config, dict) else value
    if not isinstance(policy, str) or not names.is_quantized(policy):
        return False
    history = config.get("amax_history_length", 1024) if isinstance(config, dict) else 1024
    return names.quantization(policy) is None or history != 1024


def tells_more(value: Any, policy: str | None) -> bool:
    """Whether a quantization_config says more about a finished model than the policy: other sizes, or its own quantizers.

    Keras writes one beside every quantized kernel; nearly all repeat the policy, or say how the kernel was calibrated.
    """
    name, given = _named(value)
    found = names.quantization(policy or "")
    if found is None or name == "Float8QuantizationConfig":
        return False
    if name in ("GPTQConfig", "AWQConfig"):
        return (given.get("weight_bits"), given.get("group_size")) != (found.bits, found.group or -1)
    if name not in ("Int8QuantizationConfig", "Int4QuantizationConfig") or given.get("weight_quantizer") is not None:
        return True
    if name == "Int4QuantizationConfig" and (given.get("block_size") or -1) != (found.group or -1):
        return True
    return _named(given.get("activation_quantizer")) not in (("", {}), USUAL_QUANTIZER)


def _named(value: Any) -> tuple[str, dict[str, Any]]:
    """The class and the arguments of an object in a config."""
    name, config = (value.get("class_name"), value.get("config")) if isinstance(value, dict) else ("", {})
    return str(name), config if isinstance(config, dict) else {}


def _policy(config: dict[str, Any]) -> str | None:
    """The name of a quantized policy, which Keras 3 writes in parts."""
    mode, source = config.get("mode"), config.get("source_name")
    return f"{mode}_from_{source}" if isinstance(mode, str) and isinstance(source, str) else None
