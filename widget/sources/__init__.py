"""Checks of sources and articles: whether they answer, and still say what is quoted of them."""
