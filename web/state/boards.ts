import { computed, type Signal, signal } from '@preact/signals';
import type { BoardCard, Newest } from '../../src/http/pages/messages.ts';
import { onMessage, subscribe } from './socket.ts';

/** Values of a metric that a card's line shows. */
const TRAIL = 60;

/** A board on the overview. Each metric's newest value is told apart, so that a card redraws what changed. */
export interface BoardState {
  readonly name: string;
  readonly card: Signal<BoardCard>;
  /** The newest numbers of its first metric, for the line. */
  readonly trail: Signal<readonly number[]>;
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
      if ('card' in message) put(message.card);
      return;
    }
    if ('boards' in message) {
      for (const card of message.boards) put(card);
      areKnown.value = true;
      return;
    }
    for (const card of message.changed ?? []) put(card);
    for (const [name, newest] of message.values ?? []) update(name, newest);
  });
}

function put(card: BoardCard): void {
  const state = byName.get(card.name);
  if (state) {
    state.card.value = card;
    grow(state, card.newest);
    return;
  }
  const made = { name: card.name, card: signal(card), trail: signal<readonly number[]>([]) };
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

function grow(state: BoardState, newest: Record<string, Newest>): void {
  const metric = Object.keys(state.card.value.newest).find(
    (one) => typeof state.card.value.newest[one]?.[0] === 'number',
  );
  const value = metric === undefined ? undefined : newest[metric]?.[0];
  if (typeof value === 'number') state.trail.value = [...state.trail.value.slice(1 - TRAIL), value];
}
