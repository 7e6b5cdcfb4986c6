"""What people do with the engine, one module for each subject; `engine.app` hands them out.

Each use opens its own transaction through `Transactions`; everything below works within the transaction it is given.
"""
