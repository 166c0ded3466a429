import { KitelineError } from '../../errors.ts';
import { say } from '../../language.ts';

/** Where a broker is: `mqtt://` or, with TLS, `mqtts://`. @throws KitelineError BAD_ARGUMENT */
export function brokerUrl(url: string): URL {
  const at = URL.canParse(url) ? new URL(url) : undefined;
  if (at && /^mqtts?:$/.test(at.protocol) && at.hostname !== '') return at;
  throw new KitelineError(
    'BAD_ARGUMENT',
    say(
      `"${url}" is not the address of an MQTT broker: mqtt://HOST:1883, mqtt://USER:PASSWORD@HOST, or mqtts:// with TLS.`,
      `“${url}”不是 MQTT 代理的地址：应为 mqtt://主机:1883、mqtt://用户:密码@主机，或使用 TLS 的 mqtts://。`,
    ),
  );
}
