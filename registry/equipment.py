"""What every process of the service is given before it does anything: its keys, the law, and the forms of numbers."""

from datetime import timedelta

from registry.config import Settings
from registry.db import install_keys
from registry.intake import layouts
from registry.law import load as load_law
from registry.orders.force.standing import configure as configure_statuses
from registry.orders.naming import order_numbers
from registry.privacy.items import configure_reviews
from registry.privacy.sealing import install_privacy_key


def equip(settings: Settings) -> None:
    """Give this process its keys, the law and the layouts; called once at start."""
    install_keys(settings.keys)
    install_privacy_key(settings.privacy_key)
    configure_reviews(timedelta(hours=settings.vigilance.urgent_review_h))
    configure_statuses(load_law(settings.policy_file), timedelta(days=settings.unconfirmed_after_days))
    order_numbers.configure(upper=settings.order_numbers_upper)
    layouts.configure({**settings.patterns, "large_zone_km2": settings.large_zone_km2})
