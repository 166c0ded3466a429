import { computed, type Signal, signal } from '@preact/signals';
import type { BoardCard, Signal as Heard, Newest } from '../../src/http/pages/messages.ts';
import type { BoardInfo } from '../../src/hub/boards.ts';
import { onMessage, subscribe } from './socket.ts';
import { hubNow } from './time.ts';
import { before, longer, type Trail } from './trail.ts';

/** Boards whose past is read at a time. */
const READS = 4;

/** A board on the overview. Each metric's newest value is told apart, so that a card redraws what changed. */
export interface BoardState {
  readonly name: string;
  readonly card: Signal<BoardCard>;
  /** Where its first metric of numbers has been, for the line. */
  readonly trail: Signal<Trail>;
  /** Whether the past of it was asked for. */
  isSeeded: boolean;
}

const byName = new Map<string, BoardState>();
const version = signal(0);

/** By name. */
export const boards = computed<readonly BoardState[]>(() => {
  version.value;
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
});
/** Whether the hub has told of everything. */
export const areKnown = signal(false);

export const boardNamed = (name: string): BoardState | undefined => {
  version.value;
  return byName.get(name);
};

export function followBoards(): void {
  subscribe('overview');
  onMessage((message) => {
    if ('hello' in message || 're' in message) return;
    if (message.ch !== 'overview') {
      // Of a name that nobody has used yet there is no board: a page may wait for it.
      if ('card' in message && (message.card.info || Object.keys(message.card.newest).length > 0))
        put(message.card);
      if ('info' in message && message.info) know(message.info.name, message.info);
      return;
    }
    if ('boards' in message) {
      for (const card of message.boards) put(card);
      areKnown.value = true;
      return;
    }
    for (const card of message.changed ?? []) put(card);
    for (const [name, newest] of message.values ?? []) update(name, newest);
    for (const signal of message.signals ?? []) hear(signal);
  });
}

function put(card: BoardCard): void {
  const state = byName.get(card.name);
  if (state) {
    state.card.value = card;
    grow(state, card.newest);
    return;
  }
  const made = { name: card.name, card: signal(card), trail: signal<Trail>([]), isSeeded: false };
  byName.set(card.name, made);
  grow(made, card.newest);
  version.value++;
}

function update(name: string, newest: Record<string, Newest>): void {
  const state = byName.get(name);
  if (!state) return;
  const card = state.card.value;
  state.card.value = { ...card, newest: { ...card.newest, ...newest } };
  grow(state, newest);
}

/** How well a board is heard, which changes with each ping. */
function hear([name, roundTrip, rssi]: Heard): void {
  const info = byName.get(name)?.card.value.info;
  if (!info?.session) return;
  const { roundTrip: _, rssi: __, ...session } = info.session;
  know(name, {
    ...info,
    session: { ...session, ...(roundTrip !== null && { roundTrip }), ...(rssi !== null && { rssi }) },
  });
}

function know(name: string, info: BoardInfo): void {
  const state = byName.get(name);
  if (state) state.card.value = { ...state.card.value, info };
}

/** The metric whose course a card shows. */
export const courseOf = ({ newest }: BoardCard): string | undefined =>
  Object.keys(newest).find((metric) => typeof newest[metric]?.[0] === 'number');

function grow({ card, trail }: BoardState, newest: Record<string, Newest>): void {
  const metric = courseOf(card.value);
  const [value, t] = (metric === undefined ? undefined : newest[metric]) ?? [];
  if (typeof value === 'number' && t !== undefined) trail.value = longer(trail.value, t, value);
}

const unread: BoardState[] = [];
let reading = 0;

/** Reads the past of a card's line, once; of cards that come into view, a few at a time. */
export function seed(state: BoardState): void {
  if (state.isSeeded) return;
  state.isSeeded = true;
  unread.push(state);
  void readNext();
}

async function readNext(): Promise<void> {
  if (reading >= READS) return;
  const state = unread.shift();
  const metric = state && courseOf(state.card.value);
  if (!state) return;
  reading++;
  try {
    if (metric !== undefined) {
      const past = await before(state.name, metric, state.trail.value[0]?.[0] ?? hubNow());
      const since = state.trail.value[0]?.[0] ?? Number.POSITIVE_INFINITY;
      state.trail.value = [...past.filter(([t]) => t < since), ...state.trail.value];
    }
  } catch {
    state.isSeeded = false; // the hub does not answer; when the card comes into view again
  } finally {
    reading--;
    void readNext();
  }
}
