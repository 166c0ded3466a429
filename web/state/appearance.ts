import { effect, signal } from '@preact/signals';

export type Appearance = 'auto' | 'light' | 'dark';

const KEPT = 'appearance';
const kept = localStorage.getItem(KEPT);

export const appearance = signal<Appearance>(kept === 'light' || kept === 'dark' ? kept : 'auto');

export function wear(wanted: Appearance): void {
  appearance.value = wanted;
  localStorage.setItem(KEPT, wanted);
}

effect(() => {
  document.documentElement.dataset.appearance = appearance.value;
});
