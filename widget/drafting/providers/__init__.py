"""The providers of language models, one module each."""
