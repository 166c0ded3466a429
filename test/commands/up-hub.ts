import { type Outcome, type Running, start } from './cli.ts';

/** A `kiteline up` that listens. */
export interface UpHub extends Running {
  tcp: number;
  udp: number;
  http: string;
  /** The operator's. */
  token: string;
}

/** Starts `kiteline up` in a folder, on ports that the system chooses. */
export async function startUp(
  folder: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<UpHub> {
  const program = start(['up', '--tcp', '0', '--udp', '0', '--http', '0', ...args], env, folder);
  const [, tcp, udp, http, token] = await program.err(
    /^.* tcp 0\.0\.0\.0:(\d+)\n.* udp 0\.0\.0\.0:(\d+)\n.* (http:\/\/127\.0\.0\.1:\d+)\n(?:.*\n)*.*#t=(\S+)\n(?:.*\n)*.*Ctrl-C/,
  );
  return { ...program, tcp: Number(tcp), udp: Number(udp), http: http ?? '', token: token ?? '' };
}

/** Ctrl-C. */
export function stop(program: Running): Promise<Outcome> {
  program.interrupt();
  return program.ended;
}
