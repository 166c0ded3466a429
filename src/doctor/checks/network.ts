/** Of the way between a board at a serial port and the hub. */
import { say } from '../../language.ts';
import { formatHostPort, isLoopback } from '../../transport/address.ts';
import { type Blame, blame } from '../blame.ts';
import { type Check, check, type Hop, type Sentences } from '../check.ts';
import type { WayFacts } from '../facts.ts';
import { ownNetworks, subnetText } from '../subnet.ts';

interface Evidence {
  way: WayFacts;
  /** This computer's networks. */
  own: readonly { address: string; mask: string }[];
}

const triedText = ({ tries }: WayFacts): string =>
  tries.map(({ at, error }) => `${formatHostPort(at.host, at.port)} (${error || 'ok'})`).join(', ');

/** One of what `blame` may say. */
const blamed = (id: Blame, hop: Hop, sentence: (evidence: Evidence) => Sentences): Check =>
  check({
    id,
    hop,
    of: 'usb',
    look({ way }, { computer }) {
      if (!way || way.tries.length === 0) return 'unknown';
      const who = blame(way, computer);
      if (who === 'unknown') return 'unknown';
      return who === id ? { way, own: ownNetworks(computer.interfaces) } : undefined;
    },
    sentence,
  });

export const networkChecks: Check[] = [
  blamed('firewall', 'computer', ({ way }) => ({
    what: say(
      'The firewall of this computer keeps the board from the hub.',
      '本机的防火墙挡住了板子到中枢的连接。',
    ),
    how: way.toHere
      ? say(
          `The board gets no answer from ${triedText(way)}, and reaches another port of this computer.`,
          `板子连 ${triedText(way)} 没有应答，却能连到本机的另一个端口。`,
        )
      : say(
          `The board gets no answer from ${triedText(way)} or any other port here, while this computer reaches the board.`,
          `板子连 ${triedText(way)} 及本机其他端口都没有应答，而本机能连到板子。`,
        ),
    todo: say(
      `Let ${portsOf(way)} in (TCP and UDP). Linux: sudo ufw allow ${portOf(way)}. Windows: allow Node.js in private networks. macOS: System Settings, Network, Firewall.`,
      `放行 ${portsOf(way)}（TCP 和 UDP）。Linux：sudo ufw allow ${portOf(way)}。Windows：允许 Node.js 通过专用网络。macOS：系统设置 → 网络 → 防火墙。`,
    ),
  })),
  blamed('hub-refuses', 'hub', ({ way }) => ({
    what: say('Nobody listens where the board looks for the hub.', '板子寻找中枢的地址上没有程序在监听。'),
    how: say(
      `The board's connections were refused: ${triedText(way)}.`,
      `板子的连接被拒绝：${triedText(way)}。`,
    ),
    todo: say(
      'Is the hub bound to one address alone (--host), or are its ports forwarded elsewhere (a container, WSL)? Start it without --host on the computer itself.',
      '中枢是否只绑定了一个地址（--host），或端口被转发到别处（容器、WSL）？请在电脑本身上不带 --host 启动。',
    ),
  })),
  blamed('different-subnet', 'network', ({ way, own }) => ({
    what: say(
      `Board and computer are in different networks: ${subnetText(way.address, way.mask)} and ${own.map(({ address, mask }) => subnetText(address, mask)).join(', ')}.`,
      `板子和电脑不在同一网络：${subnetText(way.address, way.mask)} 与 ${own.map(({ address, mask }) => subnetText(address, mask)).join('、')}。`,
    ),
    how: say(
      `The board's address is ${way.address}, and it gets no answer from ${triedText(way)}.`,
      `板子的地址是 ${way.address}，连 ${triedText(way)} 没有应答。`,
    ),
    todo: say(
      'Bring both to the same router and the same Wi-Fi (not one in the guest network, not one behind a second router); VPNs on the computer may hide its own.',
      '让两者使用同一路由器的同一 Wi-Fi（不要一个在访客网络、一个在二级路由器后）；电脑上的 VPN 也可能造成此现象。',
    ),
  })),
  blamed('client-isolation', 'network', ({ way }) => ({
    what: say(
      'The Wi-Fi keeps its devices apart: board and computer are in one network and do not reach each other.',
      'Wi-Fi 隔离了其中的设备：板子和电脑在同一网络，却互相连不到。',
    ),
    how: say(
      `Neither the board reaches this computer (${triedText(way)}, and a port opened for that), nor this computer the board (${way.address}).`,
      `板子连不到本机（${triedText(way)}，以及为此打开的端口），本机也连不到板子（${way.address}）。`,
    ),
    todo: say(
      'Switch client isolation ("AP isolation", "guest network") off at the router, or take its main network. Strict firewalls on both ends look the same.',
      '在路由器上关闭客户端隔离（“AP 隔离”、“访客网络”），或改用主网络。两端都有严格防火墙时现象相同。',
    ),
  })),
  check({
    id: 'mdns-silent',
    hop: 'network',
    of: 'usb',
    look: ({ way, settings }, { hub }) =>
      way?.mdns === undefined || !hub
        ? 'unknown'
        : way.mdns === null && settings?.hub === undefined
          ? (hub.health.mdns ?? '')
          : undefined,
    sentence: (name) => ({
      what: say(
        `The board gets no answer for ${name}, and has no address of the hub.`,
        `板子查询 ${name} 没有应答，又没有中枢的地址。`,
      ),
      how: say('It asked by mDNS, from where it is.', '它在所处位置通过 mDNS 查询过。'),
      todo: say(
        'Write "hub" into its /kiteline.json ("kiteline setup" does), or let multicast through the router (IGMP snooping off).',
        '在它的 /kiteline.json 中写入 "hub"（“kiteline setup”会写），或让路由器转发组播（关闭 IGMP Snooping）。',
      ),
    }),
  }),
  check({
    id: 'hub-moved',
    hop: 'board',
    of: 'usb',
    look({ way, settings }, { hub }) {
      const its = settings?.hub;
      if (!hub || !way || its === undefined) return 'unknown';
      const reached = way.tries.find(({ error }) => error === '')?.at;
      if (!reached || isLoopback(its.replace(/:\d+$/, ''))) return undefined;
      const places = [...hub.where.tcp, ...(hub.where.tls?.at ?? [])];
      const isOne = places.some((place) => place === its || place.replace(/:\d+$/, '') === its);
      return isOne ? undefined : { its, now: formatHostPort(reached.host, reached.port) };
    },
    sentence: ({ its, now }) => ({
      what: say(
        `It looks for the hub at ${its}, and the hub is at ${now}.`,
        `它在 ${its} 找中枢，而中枢在 ${now}。`,
      ),
      how: say('Its /kiteline.json was read, and the hub asked.', '已读取它的 /kiteline.json 并询问中枢。'),
      todo: say(
        `Write "hub":"${now}" into /kiteline.json, or leave "hub" out: then the board finds it. A fixed address at the router helps as well.`,
        `在 /kiteline.json 中写 "hub":"${now}"，或不写 "hub"：板子会自己查找。也可在路由器上固定地址。`,
      ),
    }),
  }),
];

const portOf = ({ tries }: WayFacts): number => tries[0]?.at.port ?? 9_000;
const portsOf = (way: WayFacts): string => say(`port ${portOf(way)}`, `端口 ${portOf(way)}`);
