# `requests` as the firmware freezes it (micropython-lib, the version of MicroPython 1.27): HTTP/1.0, "Connection: close",
# no time-out unless told, chunked answers refused. Over HTTPS no certificate is verified.
import _host
import socket


class Response:
    def __init__(self, f):
        # The socket itself, for programs that read large bodies piece by piece.
        self.raw = f
        self.encoding = "utf-8"
        self._cached = None

    def close(self):
        if self.raw:
            self.raw.close()
            self.raw = None
        self._cached = None

    @property
    def content(self):
        if self._cached is None:
            try:
                self._cached = self.raw.read()
            finally:
                self.raw.close()
                self.raw = None
        return self._cached

    @property
    def text(self):
        return str(self.content, self.encoding)

    def json(self):
        import json

        return json.loads(self.content)


def _split(url):
    # "http://host:80/path" -> protocol, host, port, path without its first slash.
    parts = url.split("/", 3)
    if len(parts) < 3:
        raise ValueError("need more than %d values to unpack" % len(parts))
    protocol, host = parts[0], parts[2]
    if protocol == "http:":
        port = 80
    elif protocol == "https:":
        port = 443
    else:
        raise ValueError("Unsupported protocol: " + protocol)
    if ":" in host:
        host, port = host.split(":", 1)
        port = int(port)
    return protocol, host, port, parts[3] if len(parts) > 3 else ""


def _basic(auth):
    import binascii

    user, password = auth
    pair = b"%s:%s" % (user, password)
    return "Basic " + str(binascii.b2a_base64(pair)[:-1], "ascii")


def _send_body(s, data, headers):
    if not hasattr(data, "__next__"):
        s.write(data)
        return
    # A generator: its length is not known beforehand.
    chunked = headers.get("Transfer-Encoding") == "chunked"
    for chunk in data:
        if chunked:
            s.write(b"%x\r\n" % len(chunk))
        s.write(chunk)
        if chunked:
            s.write(b"\r\n")
    if chunked:
        s.write(b"0\r\n\r\n")


def _send(s, method, path, headers, data):
    head = bytearray(b"%s /%s HTTP/1.0\r\n" % (method, path))
    for name in headers:
        head += name.encode() + b": "
        value = headers[name]
        head += value.encode() if isinstance(value, str) else value
        head += b"\r\n"
    s.write(head + b"\r\n")
    if data:
        _send_body(s, data, headers)


def _receive_status(s):
    line = s.readline()
    parts = line.split(None, 2)
    if len(parts) < 2:
        raise ValueError("HTTP error: BadStatusLine:\n%s" % parts)
    return int(parts[1]), parts[2].rstrip() if len(parts) > 2 else ""


def _receive_headers(s, status, parse_headers, into):
    # The address to go to, if the answer is a redirection.
    redirect = None
    while True:
        line = s.readline()
        if not line or line == b"\r\n":
            return redirect
        if line.startswith(b"Transfer-Encoding:"):
            if b"chunked" in line:
                raise ValueError("Unsupported " + str(line, "utf-8"))
        elif line.startswith(b"Location:") and not 200 <= status <= 299:
            if status not in (301, 302, 303, 307, 308):
                raise NotImplementedError("Redirect %d not yet supported" % status)
            redirect = str(line[10:-2], "utf-8")
        if parse_headers is True:
            name, value = str(line, "utf-8").split(":", 1)
            into[name] = value.strip()
        elif parse_headers:
            parse_headers(line, into)


def request(
    method,
    url,
    data=None,
    json=None,
    headers=None,
    stream=None,
    auth=None,
    timeout=None,
    parse_headers=True,
):
    headers = {} if headers is None else headers.copy()
    if auth is not None:
        headers["Authorization"] = _basic(auth)
    protocol, host, port, path = _split(url)
    info = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(info[0], socket.SOCK_STREAM, info[2])
    if timeout is not None:
        s.settimeout(timeout)
    received = {}
    try:
        s.connect(info[-1])
        if protocol == "https:":
            import tls

            context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
            context.verify_mode = tls.CERT_NONE
            s = context.wrap_socket(s, server_hostname=host)
        headers.setdefault("Host", host)
        body = data
        if json is not None:
            assert data is None
            from json import dumps

            body = dumps(json)
            headers.setdefault("Content-Type", "application/json")
        if body:
            if hasattr(body, "__next__"):
                if "Content-Length" not in headers:
                    headers.setdefault("Transfer-Encoding", "chunked")
            elif "Content-Length" not in headers:
                # This version counts characters, not bytes: the chip sends a body that is cut short.
                if isinstance(body, str) and len(body) != len(body.encode()):
                    _host.note("requests-unicode", "")
                headers["Content-Length"] = str(len(body))
        headers.setdefault("Connection", "close")
        _send(s, method, path, headers, body)
        status, reason = _receive_status(s)
        redirect = _receive_headers(s, status, parse_headers, received)
    except OSError:
        s.close()
        raise
    if redirect:
        s.close()
        headers.pop("Host", None)
        if status in (301, 302, 303):
            return request("GET", redirect, None, None, headers, stream)
        return request(method, redirect, data, json, headers, stream)
    response = Response(s)
    response.status_code = status
    response.reason = reason
    if parse_headers is not False:
        response.headers = received
    return response


def head(url, **kw):
    return request("HEAD", url, **kw)


def get(url, **kw):
    return request("GET", url, **kw)


def post(url, **kw):
    return request("POST", url, **kw)


def put(url, **kw):
    return request("PUT", url, **kw)


def patch(url, **kw):
    return request("PATCH", url, **kw)


def delete(url, **kw):
    return request("DELETE", url, **kw)
