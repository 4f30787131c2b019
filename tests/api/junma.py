"""A server on a folder of its own, and clients that speak its interface. Standard library only."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("JUNMA", str(ROOT / "build" / "junma"))
ZONE = str(ROOT / "zones" / "nanchang")
PASSWORD = "Junma-2026"


class Server:
    """junma serve on a free port; sample data when asked. Stopped and removed at exit."""

    def __init__(self, requests=0, enterprises=20, data=None, extra=(), zone=ZONE):
        self.own = tempfile.TemporaryDirectory(prefix="junma-") if data is None else None
        self.data = data or os.path.join(self.own.name, "data")
        self.extra = list(extra)
        self.zone = zone
        if not os.path.exists(os.path.join(self.data, "junma.db")):
            self.sample(enterprises, requests)
        self.process = None
        self.start()

    def sample(self, enterprises, requests):
        def make(data):
            subprocess.run([BINARY, "sample", "--zone", self.zone, "--data", data, "--enterprises", str(enterprises),
                            "--requests", str(requests)], check=True, capture_output=True, timeout=600)

        samples = os.environ.get("JUNMA_SAMPLES")
        if not samples or self.zone != ZONE:
            return make(self.data)
        # Programs that run together want the same few samples of the zone as it is.
        kept = os.path.join(samples, f"{enterprises}-{requests}")
        if not os.path.exists(kept):
            with tempfile.TemporaryDirectory(dir=samples) as fresh:
                make(os.path.join(fresh, "data"))
                try:
                    os.rename(os.path.join(fresh, "data"), kept)
                except OSError:
                    pass  # another program was faster
        shutil.copytree(kept, self.data, dirs_exist_ok=True)

    def start(self, port=0):
        self.process = subprocess.Popen(
            [BINARY, "serve", "--zone", self.zone, "--data", self.data, "--port", str(port), *self.extra],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found.group(1))
                return
        raise RuntimeError("the server did not start: " + self.process.stderr.read())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self):
        """Asked to stop, it ends well and has complained of nothing (a sanitizer would, on stderr)."""
        asked = self.process.poll() is None
        if asked:
            self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=60)
        if self.process.returncode != 0 or "runtime error" in said or "Sanitizer" in said:
            raise AssertionError(f"the server ended with {self.process.returncode}: {said[-4000:]}")

    def close(self):
        try:
            if not self.process.stderr.closed:  # else it was killed or stopped before
                self.stop()
        finally:
            if self.own:
                self.own.cleanup()

    def client(self, login=None, lang="zh"):
        c = Client(self.port, lang)
        if login:
            c.sign_in(login)
        return c

    def command(self, *words, check=True, **more):
        return subprocess.run([BINARY, *words], check=check, capture_output=True, text=True, timeout=300, **more)


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.bytes = response.read()

    @property
    def json(self):
        return json.loads(self.bytes)


class Client:
    def __init__(self, port, lang="zh"):
        self.port, self.lang = port, lang
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = self.csrf = None

    def call(self, method, path, body=None, headers=None):
        sent = {"Accept-Language": self.lang}
        if self.cookie:
            sent["Cookie"] = "junma_session=" + self.cookie
        if self.csrf and method not in ("GET", "HEAD"):
            sent["X-CSRF-Token"] = self.csrf
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        self.connection.request(method, path, body=body, headers=sent)
        return Reply(self.connection.getresponse())

    def get(self, path, /, **query):
        return self.call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, body=None, **headers):
        return self.call("POST", path, {} if body is None else body, {k.replace("_", "-"): v for k, v in headers.items()})

    def sign_in(self, login, password=PASSWORD):
        reply = self.call("POST", "/api/session", {"login": login, "password": password})
        if reply.status != 200:
            raise AssertionError(f"sign-in of {login}: {reply.status} {reply.bytes!r}")
        self.cookie = re.search(r"junma_session=([0-9a-f]+)", reply.headers["Set-Cookie"]).group(1)
        self.csrf = reply.json["csrf"]
        self.me = reply.json["account"]
        return reply

    def create(self, key=None, **data):
        fields = {"topic": "power", "title": "厂区停电", "content": "三号厂房今天上午停电两次,请协调检修线路。",
                  "contact_name": "王小明", "contact_phone": "13800138000",
                  "urgency": "normal"}
        fields.update(data)
        return self.call("POST", "/api/cases", {"kind": "request", "data": fields},
                         {"Idempotency-Key": key or str(uuid.uuid4())})

    def verb(self, case, verb, **body):
        return self.post(f"/api/cases/{case}/verbs/{verb}", body)
