/** Brokers that are programs of their own: started on a port of the loopback, ended with whoever started them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './children.ts';

export interface Broker {
  port: number;
  pid: number | undefined;
  end(): Promise<void>;
}

/** Attempts, and milliseconds between them, until a broker that starts is there. */
const ATTEMPTS = 100;
const PAUSE_MS = 50;

/** A connection to whoever is about to listen there. */
export async function reach(port: number): Promise<Socket> {
  for (let attempt = 1; ; attempt++) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function started(name: string, port: number, program: ChildProcess): Promise<Broker> {
  const kill = () => program.kill('SIGKILL');
  process.on('exit', kill);
  let ending = false;
  program.on('exit', (code) => {
    if (ending) return;
    console.error(`${name} ended: ${code}`);
    process.exit(1);
  });
  (await reach(port)).destroy();
  return {
    port,
    pid: program.pid,
    async end() {
      ending = true;
      const gone = once(program, 'exit');
      kill();
      await gone;
      process.off('exit', kill);
    },
  };
}

/** With queues without bound, so that it need not drop, and without a disk. @param folder for its configuration */
export async function startMosquitto(program: string, folder: string): Promise<Broker> {
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence false',
      'set_tcp_nodelay true',
      'max_queued_messages 0',
      'max_queued_bytes 0',
      'log_dest none',
      process.getuid?.() === 0 ? 'user root' : '',
    ].join('\n'),
  );
  return started('Mosquitto', port, spawn(program, ['-c', config], { stdio: 'ignore' }));
}

/** As it is, without a configuration. */
export async function startNats(program: string): Promise<Broker> {
  const port = await freePort();
  const args = ['--addr', '127.0.0.1', '--port', String(port)];
  return started('nats-server', port, spawn(program, args, { stdio: 'ignore' }));
}
