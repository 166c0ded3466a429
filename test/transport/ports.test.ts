import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import type { KitelineError } from '../../src/errors.ts';
import { setLanguage } from '../../src/language.ts';
import { formatHostPort, parseHostPort, parsePort } from '../../src/transport/address.ts';
import { lanAddresses } from '../../src/transport/lan.ts';
import {
  type BindOptions,
  type Bound,
  besideWildcard,
  claimPort,
  type Protocol,
} from '../../src/transport/ports.ts';

const isLinux = process.platform === 'linux';
const hasPython = spawnSync('python3', ['--version']).status === 0;

const bindTcp = ({ host, port, reusePort }: BindOptions): Promise<Bound> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, reusePort }, () => {
      const address = server.address();
      if (!address || typeof address === 'string') throw new Error('no port');
      resolve({ port: address.port, close: () => new Promise((done) => server.close(done)) });
    });
  });

const bindUdp = ({ host, port, reusePort }: BindOptions): Promise<Bound> =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reusePort });
    socket.once('error', reject);
    socket.bind({ address: host, port }, () => {
      resolve({ port: socket.address().port, close: () => once(socket.close(), 'close') });
    });
  });

const binders = { tcp: bindTcp, udp: bindUdp };
const opened: (() => unknown)[] = [];

afterEach(async () => {
  setLanguage('en');
  for (const close of opened.splice(0)) await close();
});

async function claim(protocol: Protocol, host: string, port: number, program?: string) {
  const made = await claimPort({ protocol, host, port, ...(program && { program }) }, binders[protocol]);
  let closed: Promise<void> | undefined;
  const close = async () => {
    await made.bound.close();
    await made.release();
  };
  const closeOnce = () => {
    closed ??= close();
    return closed;
  };
  opened.push(closeOnce);
  return { port: made.port, close: closeOnce };
}

const refusal = (attempt: Promise<unknown>): Promise<KitelineError> =>
  attempt.then(
    () => {
      throw new Error('was not refused');
    },
    (error) => error,
  );

/** A CPython program that binds as told and says `bound`; stopped after the test. */
async function python(
  protocol: Protocol,
  host: string,
  port: number,
  option?: string,
): Promise<ChildProcess> {
  const child = spawn('python3', [
    '-c',
    `
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in '${host}' else socket.AF_INET, socket.SOCK_${protocol === 'tcp' ? 'STREAM' : 'DGRAM'})
${option ? `s.setsockopt(socket.SOL_SOCKET, socket.${option}, 1)` : ''}
try:
    s.bind(('${host}', ${port}))
    ${protocol === 'tcp' ? 's.listen()' : ''}
    print('bound', flush=True)
    sys.stdin.read()
except OSError as e:
    print(e, flush=True)
`,
  ]);
  opened.push(() => child.kill());
  const [line] = await once(createInterface(child.stdout), 'line');
  if (line !== 'bound') throw new Error(line);
  return child;
}

describe.each(['tcp', 'udp'] as const)('a %s port', (protocol) => {
  it.each(['0.0.0.0', '::'])('is chosen by the system for port 0 on %s', async (host) => {
    expect((await claim(protocol, host, 0)).port).toBeGreaterThan(0);
  });

  it('is refused to a second wildcard listener, of either family, until released', async () => {
    const first = await claim(protocol, '0.0.0.0', 0, 'kiteline listen');
    for (const host of ['0.0.0.0', '::']) {
      const error = await refusal(claim(protocol, host, first.port));
      expect(error.code).toBe('PORT_TAKEN');
      expect(error.message).toContain('choose another port with --port');
    }
    await first.close();
    const second = await claim(protocol, '::', first.port);
    expect((await refusal(claim(protocol, '0.0.0.0', second.port))).code).toBe('PORT_TAKEN');
  });

  it.runIf(isLinux)('is shared with boards on addresses of their own, whoever comes first', async () => {
    const board = await binders[protocol]({ host: '127.0.0.21', port: 0, ...besideWildcard() });
    opened.push(() => board.close());
    await claim(protocol, '::', board.port);
    const later = await binders[protocol]({ host: '127.0.0.22', port: board.port, ...besideWildcard() });
    opened.push(() => later.close());
    expect((await refusal(claim(protocol, '0.0.0.0', board.port))).code).toBe('PORT_TAKEN');
  });

  it('is exclusive on a specific address', async () => {
    const { port } = await claim(protocol, '127.0.0.1', 0);
    expect((await refusal(claim(protocol, '127.0.0.1', port))).code).toBe('PORT_TAKEN');
    if (isLinux) expect((await refusal(claim(protocol, '0.0.0.0', port))).code).toBe('PORT_TAKEN');
  });

  it('of a process that died is free', async () => {
    const child = spawn(process.execPath, [
      '--input-type=module-typescript',
      '-e',
      `import { claimPort } from '${import.meta.dirname}/../../src/transport/ports.ts';
       import { connect, createServer } from 'node:net';
       import { createSocket } from 'node:dgram';
       const { port } = await claimPort({ protocol: '${protocol}', host: '0.0.0.0', port: 0, program: 'kiteline up' },
         ({ host, port, reusePort }) => new Promise((resolve) => {
           if ('${protocol}' === 'tcp') {
             const server = createServer().listen({ host, port, reusePort }, () => resolve({ port: server.address().port, close() {} }));
           } else {
             const socket = createSocket({ type: 'udp4', reusePort });
             socket.bind({ address: host, port }, () => resolve({ port: socket.address().port, close() {} }));
           }
         }));
       console.log(port);`,
    ]);
    child.stderr.pipe(process.stderr);
    opened.push(() => child.kill('SIGKILL'));
    const [line] = await once(createInterface(child.stdout), 'line');
    const error = await refusal(claim(protocol, '0.0.0.0', Number(line)));
    expect(error.code).toBe('PORT_TAKEN');
    if (isLinux) expect(error.message).toContain(`taken by kiteline up (pid ${child.pid})`);
    setLanguage('zh');
    expect((await refusal(claim(protocol, '0.0.0.0', Number(line)))).message).toContain('占用');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await claim(protocol, '0.0.0.0', Number(line));
  });

  describe.runIf(isLinux && hasPython)(`and a foreign program${hasPython ? '' : ' (needs python3)'}`, () => {
    const options = [undefined, 'SO_REUSEADDR', 'SO_REUSEPORT'];
    it.each(options)('that has it with %s keeps it, and is named', async (option) => {
      const { port, close } = await claim(protocol, '0.0.0.0', 0);
      await close();
      const child = await python(protocol, '0.0.0.0', port, option);
      const error = await refusal(claim(protocol, '0.0.0.0', port));
      expect(error.code).toBe('PORT_TAKEN');
      expect(error.message).toMatch(new RegExp(`taken by python\\S* \\(pid ${child.pid}\\)`));
      child.kill();
      await once(child, 'exit');
      await claim(protocol, '0.0.0.0', port);
    });

    it.each([undefined, 'SO_REUSEADDR'])('that comes later with %s does not get it', async (option) => {
      const { port } = await claim(protocol, '0.0.0.0', 0);
      await expect(python(protocol, '0.0.0.0', port, option)).rejects.toThrow('in use');
    });
  });

  it('on an address that is not ours is refused with the addresses that are', async () => {
    const error = await refusal(claim(protocol, '203.0.113.9', 0));
    expect(error.code).toBe('ADDRESS_UNAVAILABLE');
    expect(error.message).toContain('This machine has no address 203.0.113.9');
    setLanguage('zh');
    expect((await refusal(claim(protocol, '203.0.113.9', 0))).message).toContain('本机没有地址');
  });

  it('on localhost is on IPv4', async () => {
    let bound = '';
    await claimPort({ protocol, host: 'localhost', port: 0 }, async ({ host }) => {
      bound = host;
      return { port: 1, close() {} };
    });
    expect(bound).toBe('127.0.0.1');
  });

  it('on a name that leads nowhere is refused', async () => {
    const error = await refusal(claim(protocol, 'no-such-host.invalid', 0));
    expect(error).toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
  });

  it('that the system keeps for itself is refused in a sentence', async () => {
    const denied = Object.assign(new Error('bind EACCES'), { code: 'EACCES' });
    const error = await refusal(
      claimPort({ protocol, host: '127.0.0.1', port: 80 }, () => Promise.reject(denied)),
    );
    expect(error).toMatchObject({ code: 'ADDRESS_UNAVAILABLE', cause: denied });
    expect(error.message).toContain('port 80');
  });
});

describe('HOST:PORT', () => {
  it.each([
    ['192.168.1.7:9000', '192.168.1.7', 9000],
    ['[::1]:9000', '::1', 9000],
    ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
    ['localhost:65535', 'localhost', 65_535],
    ['pump_2.local:80', 'pump_2.local', 80],
  ])('%s is read', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port });
    expect(formatHostPort(host, port)).toBe(text);
  });

  it.each([
    ['192.168.1.7', 'has no port'],
    ['', 'has no port'],
    ['[::1]', 'has no port'],
    ['::1', 'in brackets'],
    ['::1:9000', 'or [::1]:9000.'],
    ['fe80::1', 'in brackets'],
    [':9000', 'is not an address'],
    ['192.168.1:9000', 'is not an address'],
    ['192.168.1.777:9000', 'is not an address'],
    ['http://pump:80', 'is not an address'],
    ['[pump]:80', 'is not an address'],
    ['pump:', 'is not a port'],
    ['pump:0', 'is not a port'],
    ['pump:65536', 'is not a port'],
    ['pump:9e3', 'is not a port'],
    ['pump:-1', 'is not a port'],
  ])('%s is refused in a sentence', (text, sentence) => {
    expect(() => parseHostPort(text)).toThrow(sentence);
    setLanguage('zh');
    expect(() => parseHostPort(text)).toThrow(/端口|地址/);
  });

  it('may ask the system where one listens', () => expect(parsePort('0')).toBe(0));
});

describe('the addresses to paste', () => {
  const interfaceOf = (address: string, internal = false) => ({
    address,
    internal,
    family: address.includes(':') ? ('IPv6' as const) : ('IPv4' as const),
    netmask: '',
    mac: '',
    cidr: null,
    scopeid: 0,
  });
  const machine = {
    lo: [interfaceOf('127.0.0.1', true), interfaceOf('::1', true)],
    docker0: [interfaceOf('172.17.0.1')],
    eth0: [
      interfaceOf('fe80::1'),
      interfaceOf('fd00::2'),
      interfaceOf('2001:db8::5'),
      interfaceOf('10.0.0.4'),
    ],
    wlan0: [interfaceOf('192.168.1.7'), interfaceOf('169.254.3.3')],
    ppp0: [interfaceOf('203.0.113.5')],
  };

  it('begin with the likeliest and end with bridges', () => {
    expect(lanAddresses('::', machine)).toEqual([
      '192.168.1.7',
      '10.0.0.4',
      '203.0.113.5',
      '2001:db8::5',
      'fd00::2',
      '169.254.3.3',
      '172.17.0.1',
    ]);
  });

  it('are those that the listener can be reached at', () => {
    expect(lanAddresses('0.0.0.0', machine)).not.toContain('2001:db8::5');
    expect(lanAddresses('10.0.0.4', machine)).toEqual(['10.0.0.4']);
  });
});

it.runIf(isLinux)('a port is given back though somebody who asked whose it is never hangs up', async () => {
  const { port, close } = await claim('tcp', '0.0.0.0', 0);
  const asking = connect({ path: `\0kiteline-tcp-${port}`, allowHalfOpen: true });
  opened.push(() => asking.destroy());
  asking.resume();
  await once(asking, 'end');
  await close();
});
