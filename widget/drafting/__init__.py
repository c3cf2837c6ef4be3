"""Drafting: a language model proposes an analysis, evidence proves it, and a person decides."""
