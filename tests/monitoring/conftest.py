from tests.monitoring.wearers import field

__all__ = ["field"]
