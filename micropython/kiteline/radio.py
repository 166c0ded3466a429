# What the link does about the board's Wi-Fi: it waits for it and says why, and doubts it where nobody can be reached.
import asyncio

from .clock import uptime


class Radio:
    # Times in ms.
    TELL_MS = 1000  # how often the reason why there is no Wi-Fi is looked at
    DOUBT_MS = (120_000, 3_600_000)  # nobody reached until the Wi-Fi is begun anew: doubles up to the second

    def __init__(self, link, board, station):
        self._link = link
        self._board = board
        self._station = station
        self._since = 0  # uptime when somebody was last reached, or the Wi-Fi begun anew
        self._patience = self.DOUBT_MS[0]

    async def join(self):
        """Returns once the board is in the Wi-Fi."""
        teller = self._board._jobs.start(self._tell())
        try:
            await self._station.join()
        finally:
            teller.cancel()

    async def _tell(self):
        while True:
            await asyncio.sleep_ms(self.TELL_MS)
            if self._station.why:
                self._link.tell("no Wi-Fi: " + self._station.why)

    def reached(self, somebody):
        """What came of a try. Some chips believe that they are in the Wi-Fi and are not."""
        if somebody:
            self._since = uptime()
            self._patience = self.DOUBT_MS[0]
        elif self._station.connected and uptime() - self._since > self._patience:
            self._since = uptime()
            self._patience = min(self._patience * 2, self.DOUBT_MS[1])
            self._link.tell("nobody can be reached: the Wi-Fi begins anew")
            self._station.wlan.active(False)
