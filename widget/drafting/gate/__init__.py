"""The gate: deterministic checks of a draft against its evidence. No model is asked."""
