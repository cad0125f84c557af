"""start.py runs the app: ports, addresses, signals."""

import os
import re
import signal
import socket
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest

from tests.start.small_project import launch, launched, posix_only, read_until


def test_a_port_is_free_only_if_nobody_answers_there(start: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not start.is_free("127.0.0.1", port)
    assert start.is_free("127.0.0.1", port)


def test_a_port_of_the_other_localhost_is_not_free(start: ModuleType) -> None:
    """Browsers try ::1 first: the address that is said would show another program."""
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this computer has no IPv6")
    with server:
        if not any(place[4][0] == "::1" for place in socket.getaddrinfo("localhost", 80)):
            pytest.skip("localhost is not ::1 here")
        assert not start.is_free("127.0.0.1", server.getsockname()[1])


def test_an_address_of_another_computer_is_a_sentence(project: Path) -> None:
    failed = launch(project, "--address", "192.0.2.1")  # reserved for documents, so nobody's
    assert failed.returncode == 2
    assert "No port of 192.0.2.1 from 8501 on can be used" in failed.stderr


@posix_only
def test_the_app_is_where_it_says_and_ctrl_c_ends_it(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with launched(project, "--port", str(port)) as process:
            said = read_until(process, "Parafine is at")
            assert f"Port {port} is taken" in said
            url = said.split()[-1]
            assert re.fullmatch(r"http://localhost:\d+", url)
            assert not url.endswith(f":{port}")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(url, timeout=30) as page:
                assert b"<title>Streamlit</title>" in page.read()
            os.killpg(process.pid, signal.SIGINT)
            assert process.stderr
            end = process.stderr.read()
            assert process.wait() == 0
    assert end.count("Stopping\n") == 1
    assert "Traceback" not in end


@posix_only
def test_sigterm_ends_the_app_as_well(project: Path) -> None:
    with launched(project) as process:
        url = read_until(process, "Parafine is at").split()[-1]
        process.terminate()  # only the parent is told, as a service manager does
        assert process.wait() == 0
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])))
