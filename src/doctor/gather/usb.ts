/** A board at a serial port, asked itself. Its program is stopped; whoever calls starts it again. */
import { readInfo, readSmall } from '../../board/info.ts';
import { joinWifi } from '../../board/join.ts';
import type { RawRepl } from '../../board/raw-repl.ts';
import { libraryOn, placeOf } from '../../board/way.ts';
import { scanWifi } from '../../board/wifi-scan.ts';
import { keyId } from '../../hub/seal.ts';
import type { BoardSettings, UsbFacts } from '../facts.ts';
import { newestLibrary } from '../versions.ts';
import { goTheWay, type HubEnd } from './way.ts';

const SETTINGS = '/kiteline.json';
/** Wi-Fis of a board that are tried; each that is not there takes some seconds. */
const MOST = 4;

/** @param hub undefined: none runs. @throws KitelineError */
export async function gatherUsb(repl: RawRepl, hub: HubEnd | undefined): Promise<UsbFacts> {
  const info = await readInfo(repl);
  const library = await libraryOn(repl);
  const text = await readSmall(repl, SETTINGS);
  const settings = text === undefined ? undefined : settingsOf(text);
  const wifi = settings?.wifi.length ? await enterWifi(repl, settings) : {};
  const place = await placeOf(repl);
  const way = place && hub && hub.places.length > 0 ? await goTheWay(repl, place, hub) : undefined;
  return {
    port: repl.port.name,
    info,
    newest: newestLibrary(),
    ...(library !== undefined && { library }),
    ...(settings && { settings }),
    ...wifi,
    ...(way && { way }),
  };
}

async function enterWifi(
  repl: RawRepl,
  { wifi }: BoardSettings,
): Promise<Pick<UsbFacts, 'heard' | 'joined'>> {
  const heard = await scanWifi(repl);
  const joined: { ssid: string; address?: string; status: number }[] = [];
  // As the library does: known ones that are heard come first.
  const isHeard = (ssid: string): boolean => heard.some((network) => network.ssid === ssid);
  const order = wifi.toSorted((a, b) => Number(isHeard(b.ssid)) - Number(isHeard(a.ssid)));
  for (const { ssid, password } of order.slice(0, MOST)) {
    const outcome = await joinWifi(repl, ssid, password);
    joined.push({ ssid, ...outcome });
    if (outcome.address !== undefined) break;
  }
  return { heard, joined };
}

/** Of whatever stands in the file: `broken` where that is no JSON object. */
export function settingsOf(text: string): BoardSettings {
  let said: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('no object');
    said = parsed as Record<string, unknown>;
  } catch {
    return { isBroken: true, wifi: [] };
  }
  const { name, hub, key, wifi } = said;
  return {
    wifi: (Array.isArray(wifi) ? wifi : [wifi]).flatMap(networkOf),
    ...(typeof name === 'string' && { name }),
    ...(typeof hub === 'string' && { hub }),
    ...(typeof key === 'string' && /^[\da-f]{64}$/i.test(key) && { keyId: keyId(Buffer.from(key, 'hex')) }),
  };
}

function networkOf(given: unknown): { ssid: string; password: string }[] {
  const [ssid, password] = Array.isArray(given)
    ? given
    : [
        (given as { ssid?: unknown } | undefined)?.ssid,
        (given as { password?: unknown } | undefined)?.password,
      ];
  return typeof ssid === 'string' && ssid !== ''
    ? [{ ssid, password: typeof password === 'string' ? password : '' }]
    : [];
}
