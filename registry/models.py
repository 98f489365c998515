"""Every table, imported in one place so that migrations and tests see them all."""

from registry.access import models as access
from registry.alerts import models as alerts
from registry.dispatch.confirmations import models as confirmations
from registry.dispatch.snapshot import models as snapshot
from registry.enforcement import models as enforcement
from registry.enforcement.daylists import models as daylists
from registry.enforcement.feeds import models as feeds
from registry.enforcement.recomputing import models as recomputing
from registry.intake import models as intake
from registry.intake.loading import models as loading
from registry.intake.provisional import models as provisional
from registry.intake.reconciliation import models as reconciliation
from registry.monitoring import models as monitoring
from registry.monitoring.companions import models as companions
from registry.monitoring.demands import models as demands
from registry.monitoring.evidence import models as evidence
from registry.monitoring.retention import models as retention
from registry.monitoring.signals import models as signals
from registry.monitoring.silence import models as silence
from registry.orders import index_models as orders_index
from registry.orders import models as orders
from registry.orders import number_models as orders_numbers
from registry.orders.force import models as force
from registry.orders.watch import models as watch
from registry.outbox import models as outbox
from registry.privacy import models as privacy
from registry.reports import models as reports
from registry.reports.case_information import models as case_information
from registry.reports.evidence import models as report_evidence
from registry.reports.informing import models as informing
from registry.reports.releases import models as releases
from registry.reports.wishes import models as wishes

__all__ = [
    "access",
    "alerts",
    "case_information",
    "companions",
    "confirmations",
    "daylists",
    "demands",
    "enforcement",
    "evidence",
    "feeds",
    "force",
    "informing",
    "intake",
    "loading",
    "monitoring",
    "orders",
    "orders_index",
    "orders_numbers",
    "outbox",
    "privacy",
    "provisional",
    "recomputing",
    "reconciliation",
    "releases",
    "report_evidence",
    "reports",
    "retention",
    "signals",
    "silence",
    "snapshot",
    "watch",
    "wishes",
]
