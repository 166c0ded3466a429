/** What the rover has to bear on its way. Times are of its own, milliseconds. */
import type { Trip } from './trip.ts';

/** One of them, under way. */
interface UnderWay {
  /** A goal is about to be set. */
  onGoal?(): void;
  /** The rest of the trip is undisturbed. */
  end?(): Promise<void>;
}

export interface Condition {
  name: string;
  begin(trip: Trip): UnderWay;
}

const OUTAGE_EVERY_MS = 10_000;
const OUTAGE_MS = 3_000;
/** From a goal to the end of the hub, and from there to the next one. */
const DRIVEN_MS = 6_000;
const AWAY_MS = 1_500;

const ACCESS_POINT = { ssid: 'lab', password: 'secret12' };

export const CONDITIONS: readonly Condition[] = [
  { name: 'good air', begin: () => ({}) },
  {
    name: '5 % loss, 200 ms jitter',
    begin({ air }) {
      air.setWeather({ loss: 0.05, jitterMs: 200 });
      return {};
    },
  },
  {
    name: 'no Wi-Fi for 3 s every 10 s',
    begin(trip) {
      const ended = new AbortController();
      const outages = async () => {
        while (!ended.signal.aborted) {
          await trip.sleep(OUTAGE_EVERY_MS - OUTAGE_MS);
          trip.air.remove(ACCESS_POINT.ssid);
          await trip.sleep(OUTAGE_MS);
          trip.air.put(ACCESS_POINT);
        }
      };
      const over = outages();
      return {
        end() {
          ended.abort();
          return over;
        },
      };
    },
  },
  {
    name: 'hub restarted on the way',
    begin(trip) {
      let restart = Promise.resolve();
      return {
        onGoal() {
          restart = restart.then(async () => {
            await trip.sleep(DRIVEN_MS);
            await trip.restartHub(AWAY_MS);
          });
        },
        end: () => restart,
      };
    },
  },
];
