"""The clinic's workplace: what a МИС does, in one application of its own.

It knows the service only through `sep_client` over HTTP, with the three settings a МИС has; so it is also
the reference integration. Nothing here waits for the service inside a request: the worker speaks to it, and
the pages show what the worker wrote down.
"""
