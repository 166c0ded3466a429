/** The hub in mDNS, with a responder that a test plays; no test speaks to the network around the machine. */
import { beforeEach, expect, test, vi } from 'vitest';
import { advertise, isAdvertised } from '../../src/commands/up/mdns.ts';

const played = vi.hoisted(() => ({
  made: [] as Record<string, unknown>[],
  renames: false,
  fails: undefined as Error | undefined,
  shutdowns: 0,
  hangs: false,
}));

vi.mock('@homebridge/ciao', () => ({
  default: {
    getResponder: () => ({
      createService(options: Record<string, unknown>) {
        played.made.push(options);
        let renamed = (_name: string) => {};
        return {
          on: (_event: string, listener: typeof renamed) => {
            renamed = listener;
          },
          async advertise() {
            if (played.fails) throw played.fails;
            if (played.renames) renamed(`${options.hostname}-(2)`);
          },
        };
      },
      shutdown: () => {
        played.shutdowns++;
        return played.hangs ? new Promise(() => {}) : Promise.resolve();
      },
    }),
  },
}));

beforeEach(() => {
  Object.assign(played, { made: [], renames: false, fails: undefined, shutdowns: 0, hangs: false });
});

const HUB = { name: 'workshop', home: '0123456789abcdef', at: { host: '0.0.0.0', port: 9_100 } };

/** Advertises, and gives the first line that is told. */
async function told(hub = HUB) {
  const line = Promise.withResolvers<string>();
  const leave = advertise(hub, line.resolve);
  return { line: await line.promise, leave };
}

test('the hub is NAME.local and a service with its id, until it leaves', async () => {
  const { line, leave } = await told();
  expect(line).toContain('workshop.local');
  expect(played.made).toEqual([
    {
      name: 'workshop',
      type: 'kiteline',
      hostname: 'workshop',
      port: 9_100,
      txt: { home: HUB.home },
      disabledIpv6: true,
    },
  ]);
  await leave();
  expect(played.shutdowns).toBe(1);
});

test('one that listens at one address is advertised there alone', async () => {
  await told({ ...HUB, at: { host: '192.168.1.5', port: 9_000 } });
  expect(played.made[0]).toMatchObject({ restrictedAddresses: ['192.168.1.5'] });
});

test('a name that another hub has is told, with what to do', async () => {
  played.renames = true;
  const { line } = await told();
  expect(line).toMatch(/workshop\.local already.*--name/);
});

test('a network where it fails costs a line, and a goodbye that hangs a second', async () => {
  played.fails = new Error('no multicast');
  played.hangs = true;
  const { line, leave } = await told();
  expect(line).toMatch(/mDNS does not work \(no multicast\)/);
  await leave();
});

test('a hub for this machine alone is not advertised, nor one where the environment says no', () => {
  expect(isAdvertised({ host: '0.0.0.0', port: 9_000 })).toBe(false); // as in every test
  vi.stubEnv('KITELINE_MDNS', '');
  expect(isAdvertised({ host: '0.0.0.0', port: 9_000 })).toBe(true);
  expect(isAdvertised({ host: '127.0.0.1', port: 9_000 })).toBe(false);
  vi.unstubAllEnvs();
});
