"""The web application for a WSGI server: `gunicorn wsgi:app`."""

import os

from registry import lasting
from registry.config import Settings

with lasting.making():
    from registry.app import create_app

app = create_app(Settings.from_env(os.environ))
