/** Of the hub. */
import { say } from '../../language.ts';
import { isLoopback, parseHostPort } from '../../transport/address.ts';
import { type Check, check } from '../check.ts';

export const hubChecks: Check[] = [
  check({
    id: 'no-hub',
    hop: 'hub',
    of: 'computer',
    look: (_, { noHub }) => noHub?.message,
    sentence: (message) => ({
      what: message ?? '',
      how: say(
        'Looked for hub.json in the data folder, or asked the address that was given.',
        '已查找数据文件夹中的 hub.json，或询问了给出的地址。',
      ),
      todo: say(
        'Start it with "kiteline up", and call the doctor again: it then sees the boards, too.',
        '用“kiteline up”启动它，然后再次运行 doctor：届时还能检查板子。',
      ),
    }),
  }),
  check({
    id: 'hub-loopback',
    hop: 'hub',
    of: 'hub',
    look({ where }) {
      const places = [...where.tcp, ...(where.tls?.at ?? [])];
      return places.length > 0 && places.every((at) => isLoopback(parseHostPort(at).host))
        ? places
        : undefined;
    },
    sentence: (places) => ({
      what: say(
        `The hub listens on this computer alone (${places.join(', ')}): no board in the network reaches it.`,
        `中枢只监听本机（${places.join('、')}）：网络中的板子连不到它。`,
      ),
      how: say('It was asked where it listens.', '已询问它的监听地址。'),
      todo: say(
        'Start it without --host, or with --host 0.0.0.0. Virtual boards on this computer reach it as it is.',
        '启动时不写 --host，或写 --host 0.0.0.0。本机的虚拟板不受影响。',
      ),
    }),
  }),
  check({
    id: 'mdns-silent',
    hop: 'network',
    of: 'hub',
    look: ({ mdns, health }) =>
      mdns === undefined ? 'unknown' : mdns ? undefined : (health.mdns ?? 'kiteline.local'),
    sentence: (name) => ({
      what: say(
        `Nobody in the network answers to ${name}: boards without an address do not find the hub by that name.`,
        `网络中没有谁应答 ${name}：没有填写地址的板子无法按这个名称找到中枢。`,
      ),
      how: say(
        'Asked by mDNS (UDP 5353, 224.0.0.251) from this computer, several times.',
        '已从本机通过 mDNS（UDP 5353，224.0.0.251）询问多次。',
      ),
      todo: say(
        'Let UDP 5353 through the firewall, and multicast through the router; or write the hub\'s address into /kiteline.json ("hub").',
        '请在防火墙放行 UDP 5353，并允许路由器转发组播；或把中枢地址写入 /kiteline.json（"hub"）。',
      ),
    }),
  }),
];
