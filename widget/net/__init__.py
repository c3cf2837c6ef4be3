"""The service as a network client: outbound HTTP, public addresses, rate limits."""
