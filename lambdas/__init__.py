"""One folder for each Lambda function.

What is imported stays, and a request's objects go when nothing refers to them: looking for cycles every 700 allocations finds
nothing and takes a fifth of a cold start.
"""

import gc

gc.set_threshold(50_000, 20, 20)
