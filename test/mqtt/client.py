# An asyncio client in the manner of mqtt_as, as small as it goes: QoS 1 both ways, a session that is kept.
import asyncio
import struct


def text(value):
    data = value.encode()
    return struct.pack("!H", len(data)) + data


class Client:
    def __init__(self, client_id, user, host, port):
        self.head = (client_id, user)
        self.where = (host, port)
        self.pid = 0
        self.waiting = {}

    async def connect(self):
        client_id, user = self.head
        self.reader, self.writer = await asyncio.open_connection(*self.where)
        # Clean session 0, keepalive 10 s.
        await self.send(0x10, text("MQTT") + bytes((4, 0x80, 0, 10)) + text(client_id) + text(user))
        head = await self.reader.readexactly(4)
        assert head[0] == 0x20 and head[3] == 0
        return head[2]

    async def send(self, first, body):
        self.writer.write(bytes((first, len(body))) + body)
        await self.writer.drain()

    async def asked(self, first, head, rest):
        self.pid += 1
        event = self.waiting[self.pid] = asyncio.Event()
        await self.send(first, head + struct.pack("!H", self.pid) + rest)
        await asyncio.wait_for(event.wait(), 60)

    async def publish(self, topic, value):
        await self.asked(0x32, text(topic), value.encode())

    async def subscribe(self, topic):
        await self.asked(0x82, b"", text(topic) + b"\x01")

    async def read(self, take):
        while True:
            first, size = await self.reader.readexactly(2)
            body = await self.reader.readexactly(size)
            if first >> 4 == 3:
                end = 2 + struct.unpack("!H", body)[0]
                await take(body[2:end].decode(), body[end + 2 :].decode(), bool(first & 8))
                await self.send(0x40, body[end : end + 2])
            else:
                self.waiting.pop(struct.unpack("!H", body)[0]).set()
