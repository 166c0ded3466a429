/**
 * Node-RED's settings file, and with it a reporter inside of its process: tcp in (lines) → function (JSON.parse) → debug,
 * the flow that tutorials show. Nothing is stored. A message counts when the function has parsed it, so that what the
 * debug node still has to do after the last one is not even held against it.
 */
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beSystem } from '../kit/answers.ts';

const { BENCH_TCP: tcp = '0', BENCH_HTTP: http = '0', BENCH_FOLDER: userDir = '' } = process.env;
const counter = { messages: 0 };

writeFileSync(
  join(userDir, 'flows.json'),
  JSON.stringify([
    { id: 'tab', type: 'tab', label: 'bench', disabled: false },
    {
      id: 'in',
      type: 'tcp in',
      z: 'tab',
      server: 'server',
      host: '',
      port: tcp,
      datamode: 'stream',
      datatype: 'utf8',
      newline: '\\n',
      topic: '',
      trim: true,
      base64: false,
      wires: [['parse']],
    },
    {
      id: 'parse',
      type: 'function',
      z: 'tab',
      func: 'msg.payload = JSON.parse(msg.payload);\nglobal.get("counter").messages++;\nreturn msg;',
      outputs: 1,
      timeout: 0,
      noerr: 0,
      initialize: '',
      finalize: '',
      libs: [],
      wires: [['show']],
    },
    {
      id: 'show',
      type: 'debug',
      z: 'tab',
      active: true,
      tosidebar: true,
      console: false,
      tostatus: false,
      complete: 'payload',
      targetType: 'msg',
      statusVal: '',
      statusType: 'auto',
      wires: [],
    },
  ]),
);

const settings = {
  userDir,
  flowFile: 'flows.json',
  uiHost: '127.0.0.1',
  uiPort: Number(http),
  credentialSecret: false,
  diagnostics: { enabled: false },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  functionGlobalContext: { counter },
  logging: { console: { level: 'error', metrics: false, audit: false } },
};

async function reportWhenUp(): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: Number(tcp) }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (up) {
      beSystem({ port: Number(tcp) }, () => counter.messages);
      return;
    }
    await sleep(100);
  }
}
void reportWhenUp();

export { settings as 'module.exports' };
