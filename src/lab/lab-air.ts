/** The air of one board: the lab's access point, and what is to go wrong. */
import { Air, CALM, type Cut, type Fault, type Weather } from '../virtual/index.ts';

export const SSID = 'lab';
export const PASSWORD = 'secret';
/** Milliseconds from connect() to an address; a hundredth of what a chip takes. */
const JOIN_MS = 25;

export class LabAir {
  readonly air: Air;
  /** TCP connections that the board has tried to make. */
  connections = 0;
  #bungle: Fault | undefined;
  #bungles = 0;

  /** @param cuts what befalls its connections, the first to the last of these */
  constructor(seed: number, cuts: readonly Cut[]) {
    this.air = new Air({
      accessPoints: [{ ssid: SSID, password: PASSWORD }],
      joinMs: JOIN_MS,
      seed,
      cut: ({ number }) => {
        this.connections = number + 1;
        return cuts[number];
      },
      fault: () => (this.#bungles-- > 0 ? this.#bungle : undefined),
    });
  }

  set accessPoint(state: 'here' | 'gone' | 'other password') {
    if (state === 'gone') this.air.remove(SSID);
    else this.air.put({ ssid: SSID, password: state === 'here' ? PASSWORD : `not ${PASSWORD}` });
  }

  /** Who hears the board's questions, by address. */
  set hosts(hosts: readonly string[]) {
    this.air.hosts = hosts;
  }

  /** The chip's next attempts to join go wrong. */
  bungle(fault: Fault, times: number): void {
    this.#bungle = fault;
    this.#bungles = times;
  }

  /** Good weather again, but for what is told. */
  set weather(weather: Partial<Weather>) {
    this.air.setWeather({ ...CALM, ...weather });
  }
}
