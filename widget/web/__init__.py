"""The HTTP surface. Its modules never import each other; ``app`` puts them together."""
