"""A process that answers lookups for the web process; started by that one, and of no use to anybody else.

python -m registry.answerer DESCRIPTOR ...
"""

import sys

from registry import lasting

with lasting.making():
    from registry.app import build_runtime
    from registry.dispatch.answering import serve

if __name__ == "__main__":
    serve(build_runtime, [int(each) for each in sys.argv[1:]])
