/** Board programs as people write them after a tutorial: nothing of ours in them, nothing made easy for a test. */

const JOIN = `import network
import socket

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("my-wifi", "12345678")
while not wlan.isconnected():
    pass
print("network config:", wlan.ifconfig())
`;

const JOIN_SLOWLY = `import network, socket, time

def do_connect():
    sta = network.WLAN(network.STA_IF)
    if not sta.isconnected():
        print("connecting to network...")
        sta.active(True)
        sta.connect("my-wifi", "12345678")
        while not sta.isconnected():
            time.sleep_ms(100)
    print("network config:", sta.ifconfig())

do_connect()
`;

export const udpClient = (port: number) => `${JOIN}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"hello,esp32!", ("127.0.0.1", ${port}))
data, addr = s.recvfrom(1024)
print("received", data.decode(), "from", addr)
s.close()
`;

export const udpServer = (port: number) => `${JOIN_SLOWLY}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("0.0.0.0", ${port}))
print("waiting...")
while True:
    data, addr = s.recvfrom(1024)
    print("received", data.decode(), "from", addr)
    s.sendto(b"response...", addr)
`;

export const tcpClient = (port: number) => `${JOIN_SLOWLY}
addr = socket.getaddrinfo("127.0.0.1", ${port})[0][-1]
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.settimeout(10)
s.connect(addr)
s.send("hello,esp32!")
data = s.recv(1024)
print("received", str(data, "utf8"), "from", addr)
s.close()
`;

/** With a file object and lines. */
export const tcpLines = (port: number) => `${JOIN}
s = socket.socket()
s.connect(socket.getaddrinfo("127.0.0.1", ${port})[0][-1])
f = s.makefile("rwb", 0)
for n in range(3):
    f.write(b"line %d\\n" % n)
    print("received", f.readline())
s.close()
`;

export const tcpServer = (port: number) => `${JOIN}
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(('', ${port}))
s.listen(5)
print("waiting...")
while True:
    conn, addr = s.accept()
    print("connected", addr)
    data = conn.recv(1024)
    print("received", data.decode(), "from", addr)
    conn.sendall("response...")
    conn.close()
`;
