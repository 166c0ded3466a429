import type { JsonObject } from '../../wire/index.ts';
import { topicOf, topicOfHub } from '../join/names.ts';
import { type BoardFacts, type Entity, entitiesOf } from './entities.ts';

export interface DiscoveryOptions {
  /** Where Home Assistant looks: `homeassistant` unless it was told otherwise. */
  prefix: string;
  /** Which hub this is. */
  home: string;
  /** Kiteline's version. */
  version: string;
  /** Where the page is, where that is known. */
  pageUrl?: string;
}

export interface Announcement {
  topic: string;
  payload: string;
}

/** UTF-16 units of an id: a topic with three of them stays short. */
const ID_LENGTH = 64;

/** The messages, each to be kept by the broker, by which Home Assistant knows a board. */
export function discoveryOf(facts: BoardFacts, options: DiscoveryOptions): Announcement[] {
  const { prefix } = options;
  const { name } = facts.info;
  const node = idOf(name);
  const shared = sharedOf(facts, options);
  return entitiesOf(facts).map((entity) => ({
    topic: `${prefix}/${entity.component}/kiteline_${node}/${idOf(entity.of)}/config`,
    payload: JSON.stringify({ ...entity.config, unique_id: uniqueOf(name, entity), ...shared }),
  }));
}

/** What all entities of a board share: whose they are, and whether they are there. */
function sharedOf({ info }: BoardFacts, { home, version, pageUrl }: DiscoveryOptions): JsonObject {
  const { name } = info;
  const there = (topic: string) => ({ topic, payload_available: 'online', payload_not_available: 'offline' });
  const hasStatus = 'presence' in info && info.presence !== undefined;
  const session = 'session' in info ? (info.session as { library?: string } | undefined) : undefined;
  return {
    availability: [there(topicOfHub(home)), ...(hasStatus ? [there(topicOf(name, 'status'))] : [])],
    availability_mode: 'all',
    device: {
      identifiers: [`kiteline_${idOf(name)}`],
      name,
      manufacturer: 'Kiteline',
      model: 'board',
      ...(session?.library !== undefined && { sw_version: session.library }),
      ...(pageUrl !== undefined && { configuration_url: `${pageUrl}/board/${encodeURIComponent(name)}` }),
    },
    origin: { name: 'Kiteline', sw_version: version },
  };
}

const uniqueOf = (board: string, { component, of }: Entity): string =>
  `kiteline_${idOf(board)}_${component}_${idOf(of)}`;

/** A name as an id: letters, digits, `_` and `-`. Another character is told by its number, so that no two names are one. */
export function idOf(name: string): string {
  const id = name.replace(/[^A-Za-z0-9-]/g, (sign) =>
    sign === '_' ? '__' : sign === '.' ? '_' : `_x${(sign.codePointAt(0) as number).toString(16)}_`,
  );
  return id.length <= ID_LENGTH ? id : `${id.slice(0, ID_LENGTH - 9)}-${hashOf(id)}`;
}

/** FNV-1a, 32 bits: of names that are long and begin alike. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
