"""A system outside: answers as it is told to, and remembers what it was asked."""
import http.server
import json
import threading
import time


class Outside:
    """answers: called with (number of the request, request) gives (status, body, headers) or "hang" or "drop"."""

    def __init__(self, answer=lambda n, r: (200, {"ok": True}, {})):
        self.requests, self.answer, self.lock = [], answer, threading.Lock()
        self.released = threading.Event()
        outside = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = {"method": self.command, "path": self.path, "headers": dict(self.headers),
                           "body": json.loads(body) if body else None}
                with outside.lock:
                    outside.requests.append(request)
                    n = len(outside.requests)
                told = outside.answer(n, request)
                if told == "drop":
                    self.close_connection = True
                    return
                if told == "hang":
                    outside.released.wait(30)
                    told = (200, {"ok": True}, {})
                status, content, headers = told
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

            def log_message(self, *words):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that was killed is part of the test

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.authority = f"127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def keys(self):
        return [r["headers"].get("Idempotency-Key") for r in self.requests]


def wait_until(look, seconds=20):
    """The first true answer of look(); fails after a while."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("it did not come to pass")
        time.sleep(0.02)
