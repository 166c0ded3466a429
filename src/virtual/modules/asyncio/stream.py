# TCP streams. As on the chip: close() does nothing and wait_closed() closes; the DNS question blocks; a failed connection
# shows at the first read or write.
import sys
from errno import EINPROGRESS

from . import core


class Stream:
    def __init__(self, s, e={}):
        self.s = s
        self.e = e
        self.out_buf = b""

    def get_extra_info(self, v):
        return self.e[v]

    def close(self):
        pass

    async def wait_closed(self):
        self.s.close()

    # async
    def read(self, n=-1):
        whole = b""
        while True:
            yield core._io_queue.queue_read(self.s)
            part = self.s.read(n)
            if part is None:
                continue
            if n >= 0:
                return part
            if not part:
                return whole
            whole += part

    # async
    def readinto(self, buf):
        yield core._io_queue.queue_read(self.s)
        return self.s.readinto(buf)

    # async
    def readexactly(self, n):
        whole = b""
        while n:
            yield core._io_queue.queue_read(self.s)
            part = self.s.read(n)
            if part is None:
                continue
            if not part:
                raise EOFError
            whole += part
            n -= len(part)
        return whole

    # async
    def readline(self):
        line = b""
        while True:
            yield core._io_queue.queue_read(self.s)
            part = self.s.readline()
            if part is None:
                continue
            line += part
            if not part or line[-1] == 10:
                return line

    def write(self, buf):
        if not self.out_buf:
            # What the stream takes at once need not be kept.
            sent = self.s.write(buf)
            if sent == len(buf):
                return
            if sent:
                buf = buf[sent:]
        self.out_buf += buf

    # async
    def drain(self):
        if not self.out_buf:
            # Others get their turn even in a loop of write and drain.
            return (yield from core.sleep_ms(0))
        rest = memoryview(self.out_buf)
        while len(rest):
            yield core._io_queue.queue_write(self.s)
            sent = self.s.write(rest)
            if sent:
                rest = rest[sent:]
        self.out_buf = b""

    # The names of the old uasyncio.
    async def awrite(self, buf, off=0, sz=-1):
        if off != 0 or sz != -1:
            buf = memoryview(buf)[off : len(buf) if sz == -1 else off + sz]
        self.write(buf)
        await self.drain()

    awritestr = awrite
    aclose = wait_closed


StreamReader = Stream
StreamWriter = Stream


# async
def open_connection(host, port, ssl=None, server_hostname=None):
    import socket

    info = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(info[0], info[1], info[2])
    s.setblocking(False)
    try:
        s.connect(info[-1])
    except OSError as e:
        if e.errno != EINPROGRESS:
            raise
    if ssl:
        if ssl is True:
            import ssl as tls

            ssl = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        s = ssl.wrap_socket(s, server_hostname=server_hostname or host, do_handshake_on_connect=False)
        s.setblocking(False)
    yield core._io_queue.queue_write(s)
    stream = Stream(s)
    return stream, stream


class Server:
    closing = False

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, tb):
        self.close()
        await self.wait_closed()

    def close(self):
        self.closing = True
        self.task.cancel()

    async def wait_closed(self):
        await self.task

    async def _serve(self, listener, cb, ssl):
        while True:
            try:
                yield core._io_queue.queue_read(listener)
            except core.CancelledError:
                listener.close()
                if self.closing:
                    return
                raise
            try:
                s, address = listener.accept()
            except Exception:
                # The peer has gone again, or there is no socket left for it.
                continue
            if ssl:
                try:
                    s = ssl.wrap_socket(s, server_side=True, do_handshake_on_connect=False)
                except OSError as e:
                    sys.print_exception(e)
                    s.close()
                    continue
            s.setblocking(False)
            stream = Stream(s, {"peername": address})
            core.create_task(cb(stream, stream))


async def start_server(cb, host, port, backlog=5, ssl=None):
    import socket

    info = socket.getaddrinfo(host, port)[0]
    listener = socket.socket(info[0])
    listener.setblocking(False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(info[-1])
    listener.listen(backlog)
    server = Server()
    server.task = core.create_task(server._serve(listener, cb, ssl))
    try:
        # One turn of the loop, so that the server waits for connections before anybody can cancel it.
        await core.sleep_ms(0)
    except core.CancelledError:
        server.task.cancel()
        raise
    return server
