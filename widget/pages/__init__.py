"""Reading pages of other sites without a library: their elements, and what they say of themselves.

The doctor, drafting and the editor use it.
"""
