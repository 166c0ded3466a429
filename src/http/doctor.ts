import { statfs } from 'node:fs/promises';
import { Hono } from 'hono';
import type { Clock } from '../clock.ts';
import type { Hub } from '../hub/hub.ts';
import type { RefusedMessage } from '../hub/refusals.ts';

/** What `GET /api/v1/doctor` answers: what a hub knows of its own health. */
export interface HubHealth {
  /** Milliseconds since 1970 UTC, by the clock of the hub's computer. */
  time: number;
  /** The name that it tells the network by mDNS; absent: it tells none. */
  mdns?: string;
  /** Bytes of the disk that its history is on; absent for a history in memory. */
  disk?: { folder: string; free: number; size: number };
  /** When the store failed last, and with what sentence. */
  storeFailed?: { at: number; message: string };
  /** Who was kept out last, of each board and reason; the newest last. */
  refused: RefusedMessage[];
}

/** Boards and reasons of which a refusal is kept. */
const MOST = 64;

/** Keeps what a doctor asks for later. */
export class HealthRecord {
  readonly #refused = new Map<string, RefusedMessage>();
  #storeFailed: HubHealth['storeFailed'];

  /** Follows a hub from now on. */
  constructor(hub: Pick<Hub, 'on'>, clock: Clock) {
    hub.on('refused', (message) => {
      const key = JSON.stringify([message.reason, message.board]);
      this.#refused.delete(key);
      this.#refused.set(key, message);
      for (const oldest of this.#refused.keys()) {
        if (this.#refused.size <= MOST) break;
        this.#refused.delete(oldest);
      }
    });
    hub.on('problem', ({ what, error }) => {
      if (what !== 'store failed') return;
      this.#storeFailed = {
        at: clock.now(),
        message: error instanceof Error ? error.message : String(error),
      };
    });
  }

  get storeFailed(): HubHealth['storeFailed'] {
    return this.#storeFailed;
  }

  get refused(): RefusedMessage[] {
    return [...this.#refused.values()];
  }
}

export interface DoctorParts {
  hub: Hub;
  clock: Clock;
  record: HealthRecord;
  /** As in HubHealth. */
  mdns?: string | undefined;
}

/** `GET /doctor`, and `POST /boards/NAME/doctor`, which asks the board itself (an operator's, as whatever makes boards work). */
export function doctorRoutes({ hub, clock, record, mdns }: DoctorParts): Hono {
  const app = new Hono();
  app.get('/doctor', async (c) => {
    const { folder } = await hub.store.info();
    const disk = folder === undefined ? undefined : await diskOf(folder);
    const { storeFailed, refused } = record;
    const health: HubHealth = {
      time: clock.now(),
      ...(mdns !== undefined && { mdns }),
      ...(disk && { disk }),
      ...(storeFailed && { storeFailed }),
      refused,
    };
    return c.json(health);
  });
  app.post('/boards/:name/doctor', async (c) => {
    const board = await hub.findBoard(c.req.param('name'));
    return c.json(await board.examine());
  });
  return app;
}

/** Undefined where the system does not tell. */
async function diskOf(folder: string): Promise<HubHealth['disk']> {
  try {
    const { bsize, bavail, blocks } = await statfs(folder);
    return { folder, free: bsize * bavail, size: bsize * blocks };
  } catch {
    return undefined;
  }
}
