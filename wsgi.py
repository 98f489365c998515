"""The web application for a WSGI server: `gunicorn wsgi:app`."""

import os

from registry.app import create_app
from registry.config import Settings

app = create_app(Settings.from_env(os.environ))
