/** The same for control streams, keys and flash: a broken library or hub for each rule of the audit, and the lab notices. */
import { type Case, testCaught } from './breaking.ts';

const LIBRARIES: Case[] = [
  {
    what: 'counts a lease from when its setpoint comes',
    patch: {
      file: 'controls.py',
      from: 'left = min(control.ms, params["t"] + control.ms - self._board._clock.session())',
      to: 'left = control.ms',
    },
    scenario: 'steer-weather',
    kind: 'after-lease',
  },
  {
    what: 'acts on setpoints that newer ones have overtaken',
    patch: { file: 'controls.py', from: 'if n > control.n:', to: 'if True:' },
    scenario: 'steer-weather',
    kind: 'after-lease',
  },
  {
    what: 'leaves its timer off',
    patch: {
      file: 'leases.py',
      from: '        first = self.overdue()\n        if first is None:',
      to: '        first = None\n        if first is None:',
    },
    scenario: 'steer-blocked',
    kind: 'late-stop',
  },
  {
    what: 'does not stop again behind a handler that was still at work',
    patch: { file: 'leases.py', from: 'lease._owed = lease._acting', to: 'lease._owed = False' },
    scenario: 'steer-blocked',
    kind: 'late-stop',
  },
  {
    what: 'takes lines whose signature is wrong',
    patch: {
      file: 'sign.py',
      from: 'if not same(trailer, b"%s.%s" % (n, self._mac(b"h", n, payload))):',
      to: 'if False:',
    },
    scenario: 'tampered',
    kind: 'wrong-outcome',
  },
  {
    what: 'goes on with a hub that proves nothing',
    patch: {
      file: 'sign.py',
      from: 'if not same(hexlify(hmac.digest(b"kiteline 1 hub\\n", said)[:16]), proof.encode()):',
      to: 'if False:',
    },
    scenario: 'impostor',
    kind: 'leaked',
  },
  {
    what: 'gives up samples in flash without counting them',
    patch: { file: 'spill.py', from: '            self._drop(count)\n', to: '' },
    scenario: 'spill-full',
    kind: 'lost',
  },
  {
    what: 'does not look for its files when it starts',
    patch: { file: 'spill.py', from: '        self._load()\n', to: '' },
    scenario: 'spill-resets',
    kind: 'lost',
  },
];

const HUBS: Case[] = [
  {
    what: 'renews for a holder who has gone',
    patch: { file: 'hub/control/lease.ts', from: '&& now <= this.#until)', to: ')' },
    scenario: 'steer-calm',
    kind: 'after-lease',
  },
  {
    what: 'takes lines whose signature is wrong',
    patch: {
      file: 'hub/seal.ts',
      from: 'if (!this.#isRight(mac, headOf(this.#other, counter), payload))',
      to: 'if (false)',
    },
    scenario: 'tampered',
    kind: 'garbled',
  },
];

testCaught(LIBRARIES, HUBS, 4_000);
