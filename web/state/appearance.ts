import { computed, effect, signal } from '@preact/signals';

export type Appearance = 'auto' | 'light' | 'dark';

const KEPT = 'appearance';
const kept = localStorage.getItem(KEPT);

export const appearance = signal<Appearance>(kept === 'light' || kept === 'dark' ? kept : 'auto');

export function wear(wanted: Appearance): void {
  appearance.value = wanted;
  localStorage.setItem(KEPT, wanted);
}

const device = matchMedia('(prefers-color-scheme: dark)');
const isDeviceDark = signal(device.matches);
device.addEventListener('change', () => {
  isDeviceDark.value = device.matches;
});

/** What is worn, for what is drawn in its colours. */
export const isDark = computed(() =>
  appearance.value === 'auto' ? isDeviceDark.value : appearance.value === 'dark',
);

effect(() => {
  document.documentElement.dataset.appearance = appearance.value;
});
