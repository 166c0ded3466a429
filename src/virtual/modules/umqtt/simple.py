# `umqtt.simple` as the firmware freezes it: MQTT 3.1.1 (OASIS), quality of service 0 and 1 for what is sent, callbacks
# from wait_msg() and check_msg().
import socket
import struct


class MQTTException(Exception):
    pass


def _length(n):
    # "Remaining Length" (MQTT 3.1.1, 2.2.3): seven bits a byte, lowest first.
    encoded = bytearray()
    while n > 0x7F:
        encoded.append(n & 0x7F | 0x80)
        n >>= 7
    encoded.append(n)
    return encoded


def _bytes(text):
    return text.encode() if isinstance(text, str) else text


def _string(text):
    data = _bytes(text)
    return struct.pack("!H", len(data)) + data


class MQTTClient:
    def __init__(
        self,
        client_id,
        server,
        port=0,
        user=None,
        password=None,
        keepalive=0,
        ssl=None,
        ssl_params={},
    ):
        if port == 0:
            port = 8883 if ssl else 1883
        self.client_id = client_id
        self.sock = None
        self.server = server
        self.port = port
        self.ssl = ssl
        self.ssl_params = ssl_params
        self.pid = 0
        self.cb = None
        self.user = user
        self.pswd = password
        self.keepalive = keepalive
        self.lw_topic = None
        self.lw_msg = None
        self.lw_qos = 0
        self.lw_retain = False

    def set_callback(self, f):
        self.cb = f

    def set_last_will(self, topic, msg, retain=False, qos=0):
        assert 0 <= qos <= 2
        assert topic
        self.lw_topic = topic
        self.lw_msg = msg
        self.lw_qos = qos
        self.lw_retain = retain

    def connect(self, clean_session=True, timeout=None):
        self.sock = socket.socket()
        self.sock.settimeout(timeout)
        self.sock.connect(socket.getaddrinfo(self.server, self.port)[0][-1])
        if self.ssl is True:
            import ssl

            self.sock = ssl.wrap_socket(self.sock, **self.ssl_params)
        elif self.ssl:
            self.sock = self.ssl.wrap_socket(self.sock, server_hostname=self.server)
        flags = 2 if clean_session else 0
        payload = _string(self.client_id)
        if self.lw_topic:
            flags |= 4 | self.lw_qos << 3 | (32 if self.lw_retain else 0)
            payload += _string(self.lw_topic) + _string(self.lw_msg)
        if self.user:
            flags |= 0xC0
            payload += _string(self.user) + _string(self.pswd)
        assert self.keepalive < 65536
        self._send(0x10, b"\x00\x04MQTT\x04" + struct.pack("!BH", flags, self.keepalive) + payload)
        answer = self.sock.read(4)
        assert answer[0] == 0x20 and answer[1] == 2
        if answer[3] != 0:
            raise MQTTException(answer[3])
        return answer[2] & 1

    def disconnect(self):
        self.sock.write(b"\xe0\0")
        self.sock.close()

    def ping(self):
        self.sock.write(b"\xc0\0")

    def publish(self, topic, msg, retain=False, qos=0):
        assert qos < 2
        packet = _string(topic)
        if qos:
            packet += self._next_id()
        pid = self.pid
        self._send(0x30 | qos << 1 | (1 if retain else 0), packet + _bytes(msg))
        while qos:
            if self.wait_msg() == 0x40:
                assert self.sock.read(1) == b"\x02"
                if struct.unpack("!H", self.sock.read(2))[0] == pid:
                    return

    def subscribe(self, topic, qos=0):
        assert self.cb is not None, "Subscribe callback is not set"
        answer = self._ask(0x82, _string(topic) + bytes([qos]), 0x90, 4)
        if answer[3] == 0x80:
            raise MQTTException(answer[3])

    def unsubscribe(self, topic):
        self._ask(0xA2, _string(topic), 0xB0, 3)

    def wait_msg(self):
        # Blocks for one packet, and says of which type it was; published messages go to the callback.
        first = self.sock.read(1)
        self.sock.setblocking(True)
        if first is None:
            return None
        if first == b"":
            raise OSError(-1)
        if first == b"\xd0":
            assert self.sock.read(1) == b"\x00"
            return None
        kind = first[0]
        if kind & 0xF0 != 0x30:
            return kind
        self._deliver(kind, self._read_length())
        return kind

    def check_msg(self):
        # The same, but returns at once when nothing is there.
        self.sock.setblocking(False)
        return self.wait_msg()

    def _deliver(self, kind, size):
        qos = kind >> 1 & 3
        length = struct.unpack("!H", self.sock.read(2))[0]
        topic = self.sock.read(length)
        size -= length + 2
        if qos:
            pid = self.sock.read(2)
            size -= 2
        self.cb(topic, self.sock.read(size))
        if qos == 1:
            self.sock.write(b"\x40\x02" + pid)
        assert qos != 2

    def _read_length(self):
        n = shift = 0
        while True:
            byte = self.sock.read(1)[0]
            n |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return n
            shift += 7

    def _send(self, kind, packet):
        assert len(packet) < 2097152
        self.sock.write(bytes([kind]) + _length(len(packet)) + packet)

    def _next_id(self):
        self.pid += 1
        return struct.pack("!H", self.pid)

    def _ask(self, kind, rest, answer_kind, answer_size):
        pid = self._next_id()
        self._send(kind, pid + rest)
        while True:
            if self.wait_msg() == answer_kind:
                answer = self.sock.read(answer_size)
                assert answer[1:3] == pid
                return answer
