"""Every table, imported in one place so that migrations and tests see them all."""

from registry.access import models as access
from registry.alerts import models as alerts
from registry.orders import models as orders
from registry.outbox import models as outbox

__all__ = ["access", "alerts", "orders", "outbox"]
