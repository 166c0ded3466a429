# `umqtt.robust` as the firmware freezes it: umqtt.simple that connects again, for ever, when the connection is lost.
import time

from . import simple


class MQTTClient(simple.MQTTClient):
    DELAY = 2  # seconds
    DEBUG = False

    def delay(self, i):
        time.sleep(self.DELAY)

    def log(self, in_reconnect, e):
        if self.DEBUG:
            print(("mqtt reconnect: %r" if in_reconnect else "mqtt: %r") % e)

    def reconnect(self):
        failures = 0
        while True:
            try:
                return self.connect(False)
            except OSError as e:
                failures += 1
                self.log(True, e)
                self.delay(failures)

    def _insist(self, call, *args):
        # Until it succeeds, on a new connection each time.
        while True:
            try:
                return call(self, *args)
            except OSError as e:
                self.log(False, e)
            self.reconnect()

    def publish(self, topic, msg, retain=False, qos=0):
        return self._insist(simple.MQTTClient.publish, topic, msg, retain, qos)

    def wait_msg(self):
        return self._insist(simple.MQTTClient.wait_msg)

    def check_msg(self, attempts=2):
        for _ in range(attempts):
            self.sock.setblocking(False)
            try:
                return simple.MQTTClient.wait_msg(self)
            except OSError as e:
                self.log(False, e)
            self.reconnect()
