import type { MiddlewareHandler } from 'hono';
import type { Hub } from '../../hub/hub.ts';
import { say } from '../../language.ts';
import { problem } from '../problem.ts';
import { senderOf } from '../sender.ts';

/** Turns away whoever comes from an address of which the hub takes nothing. */
export function admitted(hub: Pick<Hub, 'admits'>): MiddlewareHandler {
  return async (c, next) => {
    const { host, port } = senderOf(c);
    if (hub.admits(host, port)) return next();
    const detail = say('This hub takes nothing from public addresses.', '本中枢不接受来自公网地址的请求。');
    return problem(c, 403, detail);
  };
}
