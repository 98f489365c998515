"""The commands as a newcomer gives them: real processes, migrations and all."""

import csv
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import urllib3

from registry.demo.parties import BY_CODE
from tests.checks.source import ROOT

OWN = (
    *("DATA_KEYS", "INDEX_KEY", "API_KEY_PEPPER", "CHECKPOINT_SEED", "PRIVACY_KEY", "SECRETS_FILE"),
    *("DATABASE_URL", "DEMO", "MODE"),
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environ(tmp_path):
    kept = {name: value for name, value in os.environ.items() if name not in OWN}
    return kept | {"PORT": str(free_port()), "STATE_DIR": str(tmp_path / "var"), "LOG_LEVEL": "ERROR"}


@pytest.fixture
def start(environ):
    """Start a command; whatever becomes of the test, nothing of it keeps running."""
    with ExitStack() as started:

        def begin(*arguments, **settings):
            command = [sys.executable, "-m", "registry", *arguments]
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
            process = subprocess.Popen(command, env=environ | settings, cwd=ROOT, **pipes)
            started.enter_context(process)
            started.callback(process.terminate)
            return process

        yield begin


def read_until(process, text):
    read = ""
    while text not in read:
        line = process.stdout.readline()
        assert line, read
        read += line
    return read


def told_of(url):
    return [alert["who"] for alert in urllib3.request("GET", f"{url}/demo/state").json()["alerts"]]


def children(process):
    return children_of(process.pid)


def children_of(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]


def is_gone(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return not state or state.startswith("Z")


@pytest.mark.long
def test_run_starts_the_demo_and_ctrl_c_stops_all_of_it(start, environ):
    process = start("run")
    told = read_until(process, "Ctrl-C")
    url = f"http://127.0.0.1:{environ['PORT']}"
    assert url in told and len(re.findall(r"^  [A-Z-]+ +.*bb_\S+$", told, re.MULTILINE)) == len(BY_CODE)
    running = children(process)
    assert len(running) == 3
    deadline_s = time.monotonic() + 60
    while "drager A" not in told_of(url):
        assert time.monotonic() < deadline_s
        time.sleep(0.5)
    began_s = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0, process.stdout.read()
    assert time.monotonic() - began_s < 15
    assert all(is_gone(pid) for pid in running)


def is_healthy(environ):
    try:
        return urllib3.request("GET", f"http://127.0.0.1:{environ['PORT']}/healthz", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def wait_until(seen):
    deadline_s = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def test_without_the_demo_it_says_how_to_add_the_first_key(start):
    process = start("run", DEMO="0")
    told = read_until(process, "Ctrl-C")
    assert "client add CJIB" in told and "bb_" not in told
    assert "privacy-officer.key" in told and "it is that role's alone" in told
    assert len(children(process)) == 2


def test_a_program_that_is_killed_is_started_again_and_the_other_goes_on(start, environ):
    process = start("run", DEMO="0")
    read_until(process, "Ctrl-C")
    web, worker = children(process)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: len(children(process)) == 2 and worker not in children(process))
    assert web in children(process) and is_healthy(environ)
    again = next(pid for pid in children(process) if pid != web)
    os.kill(web, signal.SIGKILL)
    wait_until(lambda: web not in children(process) and is_healthy(environ))
    assert again in children(process) and process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0, process.stdout.read()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a program to the one that started it")
def test_when_the_launcher_is_killed_its_programs_end_too(start, environ):
    process = start("run")
    read_until(process, "Ctrl-C")
    running = children(process)
    running += [grandchild for pid in running for grandchild in children_of(pid)]
    assert len(running) == 4
    process.kill()
    process.wait()
    deadline_s = time.monotonic() + 15
    while not all(is_gone(pid) for pid in running):
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def test_a_port_in_use_is_said_clearly(start, environ):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environ["PORT"])))
        taken.listen()
        process = start("run")
        told = process.communicate(timeout=30)[0]
    assert process.returncode == 1
    assert f"Port {environ['PORT']}" in told and "PORT=8001 make run" in told and "Traceback" not in told


def test_the_tour_says_that_the_demo_must_run_first(start):
    process = start("tour")
    told = process.communicate(timeout=30)[0]
    assert process.returncode == 1 and "make run" in told and "Traceback" not in told


@pytest.fixture
def walked(tmp_path):
    began_at = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
    with gzip.open(tmp_path / "tracks.csv.gz", "wt", newline="") as file:
        table = csv.writer(file)
        table.writerow(["device_id", "fix_time", "lat", "lon", "diary_stop"])
        for second in range(1500):
            at = (began_at + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
            table.writerow(["one", at, 52.05, 5.0 + second / 10_000, ""])
            table.writerow(["two", at, 53.0, 5.0, ""])
    square = [[[5.05, 52.0], [5.1, 52.0], [5.1, 52.1], [5.05, 52.1], [5.05, 52.0]]]
    feature = {"properties": {"gm_naam": "Vierkant"}, "geometry": {"type": "Polygon", "coordinates": square}}
    (tmp_path / "map.geojson.gz").write_bytes(gzip.compress(json.dumps({"features": [feature]}).encode()))
    return ["--tracks", str(tmp_path / "tracks.csv.gz"), "--zones", str(tmp_path / "map.geojson.gz")]


@pytest.mark.long
def test_a_replay_finds_when_a_phone_was_in_the_area_and_the_same_each_time(start, walked, empty_postgres):
    told = []
    for url in (None, empty_postgres):
        process = start("replay", *walked, "--area", "vierkant", **({"DATABASE_URL": url} if url else {}))
        told.append(process.communicate(timeout=120)[0])
        assert process.returncode == 0, told[-1]
    assert "In vierkant: 1 keer" in told[0]
    assert re.search(r"one +2024-06-01 12:08:2\d +2024-06-01 12:16:4\d", told[0]), told[0]
    assert "overtredingen geopend: 1" in told[0] and "onjuiste handtekening: 0" in told[0]
    fingerprints = {re.search(r"resultaat: (\w+)", text)[1] for text in told}
    assert len(fingerprints) == 1


def test_a_replay_of_an_unknown_area_names_those_that_come_near(start, walked):
    process = start("replay", *walked, "--area", "Vierkand")
    told = process.communicate(timeout=30)[0]
    assert process.returncode == 1 and "Nearest: Vierkant" in told
