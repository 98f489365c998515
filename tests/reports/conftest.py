from tests.enforcement.conftest import chain

__all__ = ["chain"]
