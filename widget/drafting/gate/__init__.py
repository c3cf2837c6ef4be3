"""The gate: deterministic checks of a draft against its evidence. No model is asked."""

from widget.drafting.gate.check import check_entry, check_lean, check_proposal

__all__ = ["check_entry", "check_lean", "check_proposal"]
