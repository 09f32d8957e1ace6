"""New domains: drafted from what describes somebody's API, or begun with a small one that works.

What only a human can decide is marked `FILL:` in the file where it is decided, and `remit verify` lists every mark that is left.
"""
