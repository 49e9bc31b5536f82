"""`serve`: the browser face and its worker, started and ended together.

Two processes: this one runs Streamlit (and must never load torch or faiss), a child runs `worker`, which
assesses and publishes. The child is its own session, so that Ctrl+C reaches it once, through us; if it dies
it is started again after a pause, and its job rows say what became of the work; if we are killed it ends too.
Every option is set here rather than in a file, because Streamlit finds its configuration file only from the
working directory, and its defaults listen on all interfaces and send statistics (interface.md, "Streamlit").
An option that is given here also wins over the reader's own configuration and environment, so those that
protect are given although they are the defaults.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline.errors import PipelineError
from ui.common import FOLDER_VARIABLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import FrameType

    from streamlit import App

HOST = "127.0.0.1"

_ROOT = Path(__file__).parents[1]
_PATIENCE = 10.0
"""Seconds a worker gets to finish its step before it is killed; its job resumes at the next start."""
_LONGEST_PAUSE = 30.0


class PortTakenError(PipelineError):
    """Something else listens there."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on this machine is in use; choose another with --port")


class PortRefusedError(PipelineError):
    """The system does not let us listen there."""

    def __init__(self, port: int, why: str) -> None:
        super().__init__(f"cannot listen on port {port} ({why}); choose another with --port")


class _EndedError(BaseException):
    """A signal asked us to end; not an `Exception`, so that nothing on the way swallows it."""


def serve(workspace: Path, port: int, open_browser: bool, *, words: str = "{}") -> None:
    """Serve a workspace on loopback until SIGINT, SIGTERM or SIGHUP; prints the address, put into `words`.

    Port 0 takes any free port. Raises NoWorkspaceError and its neighbours, PortTakenError, PortRefusedError.
    """
    from pipeline.workspace import Workspace

    Workspace.open(workspace).close()
    with _ended_by_signals(), _listening(port) as listener, _worker(workspace.resolve()):
        os.environ[FOLDER_VARIABLE] = str(workspace.resolve())
        address = f"http://{HOST}:{listener.getsockname()[1]}/"
        _run(listener, address, words.replace("{}", address), open_browser=open_browser)


def options(port: int) -> dict[str, Any]:
    """Return Streamlit's options as this face needs them."""
    from ui.style import THEME

    return {
        "server.address": HOST,
        "server.port": port,
        "server.headless": True,
        "server.allowedHosts": [HOST, "localhost"],
        "server.baseUrlPath": "",
        "server.corsAllowedOrigins": [],
        "server.enableAgentApi": False,
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "server.maxUploadSize": 25,
        "server.scriptHealthCheckEnabled": False,
        "server.fileWatcherType": "none",
        "server.enableStaticServing": False,
        "browser.serverAddress": HOST,
        "browser.gatherUsageStats": False,
        "client.allowedOrigins": [],
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "type",
        "client.showErrorLinks": False,
        "global.developmentMode": False,
        "runner.magicEnabled": False,
        "logger.level": "warning",
        **THEME,
    }


def application(address: str = "", words: str = "", *, open_browser: bool = False) -> App:
    """Return the pages as an ASGI application with the security headers on every answer."""
    import streamlit
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Route
    from streamlit import App

    from ui.headers import SameOrigin, SecurityHeaders, answer_published, headers

    index = Path(streamlit.__file__).with_name("static") / "index.html"

    @asynccontextmanager
    async def announce(_app: App) -> AsyncIterator[dict[str, Any] | None]:
        from ui.screens import shell

        shell.load()
        if words:
            sys.stdout.write(f"{words}\n")
            sys.stdout.flush()
        if open_browser:
            import webbrowser

            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        yield None

    return App(
        Path(__file__).with_name("app.py"),
        lifespan=announce,
        routes=[Route("/published/{name}", answer_published)],
        middleware=[
            Middleware(SecurityHeaders, headers=headers(index.read_text(encoding="utf-8"))),
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),
            Middleware(SameOrigin),
        ],
    )


def _run(listener: socket.socket, address: str, words: str, *, open_browser: bool) -> None:
    import uvicorn
    from streamlit.web import bootstrap

    bootstrap.load_config_options(options(listener.getsockname()[1]))
    config = uvicorn.Config(
        application(address, words, open_browser=open_browser),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=64 * 1024 * 1024,
        timeout_graceful_shutdown=3,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except (KeyboardInterrupt, _EndedError):
        return


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTakenError(port) from error
            raise PortRefusedError(port, error.strerror or str(error)) from error
        listener.listen(128)
        listener.setblocking(False)
        yield listener


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    # uvicorn answers SIGINT and SIGTERM itself, then raises them again for whoever was there before it: us.
    def end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - signal's own signature
        raise _EndedError

    def hang_up(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        signal.raise_signal(signal.SIGTERM)  # uvicorn knows that one and ends its connections first

    handlers = {signal.SIGINT: end, signal.SIGTERM: end, signal.SIGHUP: hang_up}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    except _EndedError:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _worker(folder: Path) -> Iterator[None]:
    stop = threading.Event()
    watch = threading.Thread(target=_keep_working, args=(folder, stop), name="worker-watch")
    watch.start()
    try:
        yield
    finally:
        stop.set()
        watch.join()


def _keep_working(folder: Path, stop: threading.Event) -> None:
    command = [sys.executable, "-m", "ui.cli", "--workspace", str(folder), "worker", "--with-parent"]
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
    pause = 1.0
    while not stop.is_set():
        # its standard input is a pipe that only we hold: if we are killed, it closes and the worker ends
        process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.PIPE, start_new_session=True
        )
        while process.poll() is None and not stop.wait(0.2):
            pass
        if stop.is_set():
            _end(process)
            return
        assert process.stdin is not None
        process.stdin.close()
        sys.stderr.write(
            f"antedate: the worker ended with {process.returncode}; starting it again in {pause:.0f} s\n"
        )
        stop.wait(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        if process.stdin is not None:
            process.stdin.close()
