/** Three ways for a setpoint to a handler on a board: a control by datagram, the same control on the session alone, MQTT with QoS 0. */
import { once } from 'node:events';
import { createHub } from '../../src/index.ts';
import { boardLibrary } from '../../src/virtual/index.ts';
import { reach, startMosquitto } from '../kit/brokers.ts';
import { tempFolder } from '../kit/children.ts';
import { CONNACK_BYTES, connectPacket, publishPacket } from '../kit/mqtt.ts';
import { Steered } from './steered.ts';

/** Milliseconds of the control's lease. */
const LEASE = 400;
const TOPIC = 'rover/drive';

export interface System {
  name: string;
  board: Steered;
  /** Sends setpoint `i`. */
  set(i: number): void;
  /** Begins a measurement, and says what else there is to say of the one before. */
  begin(): string;
  close(): Promise<void>;
}

const controlProgram = (name: string, port: number) => `
import kiteline
board = kiteline.Board("${name}", "127.0.0.1:${port}")

def halt():
    pass

@board.control("drive", lease=${LEASE}, stop=halt, i=int)
def drive(i):
    seen(i)

board.run()
`;

/** The tutorial's way: nothing else to do than to wait for the next message. */
const mqttProgram = (port: number) => `
from umqtt.simple import MQTTClient
client = MQTTClient("rover", "127.0.0.1", ${port})
client.set_callback(lambda topic, payload: seen(int(payload)))
client.connect()
client.subscribe(b"${TOPIC}")
print("subscribed")
while True:
    client.wait_msg()
`;

/** @param datagrams whether the hub listens for them */
export async function startControl(name: string, datagrams: boolean, seed: number): Promise<System> {
  const hub = createHub();
  const at = { host: '127.0.0.1', port: 0 };
  const { tcp } = await hub.listen(datagrams ? { tcp: at, udp: at } : { tcp: at });
  const online = new Promise<void>((done) =>
    hub.on('presence', ({ state }) => void (state === 'online' && done())),
  );
  const program = controlProgram(name, tcp?.port ?? 0);
  const board = await Steered.start({ name, program, files: boardLibrary(), seed });
  await online;
  const take = () => hub.board(name)?.control('drive', { holder: 'bench', holdMs: 60_000, takeover: true });
  let control = take();
  let lapses = 0;
  return {
    name,
    board,
    set(i) {
      if (control?.set({ i })) return;
      lapses++; // the air let nothing through for as long as a lease: take it anew, as an operator would
      control = take();
      control?.set({ i });
    },
    begin() {
      const { via, loss = 0, roundTrip = 0 } = hub.board(name)?.info()?.controls?.drive ?? {};
      const told = `${via}, ${(100 * loss).toFixed(1)} % lost, ${roundTrip.toFixed(0)} ms there and back, ${lapses} lapses`;
      lapses = 0;
      return told;
    },
    async close() {
      await hub.close();
      await board.close();
    },
  };
}

export async function startMqtt(name: string, program: string, seed: number): Promise<System> {
  const broker = await startMosquitto(program, tempFolder());
  const socket = await reach(broker.port);
  let got = 0;
  const connected = new Promise<void>((done) =>
    socket.on('data', (bytes) => {
      got += bytes.length;
      if (got >= CONNACK_BYTES) done();
    }),
  );
  socket.write(connectPacket('bench'));
  await connected;
  const board = await Steered.start({ name: 'mqtt', program: mqttProgram(broker.port), seed });
  return {
    name,
    board,
    set: (i) => void socket.write(publishPacket(TOPIC, String(i))),
    begin: () => '',
    async close() {
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
      await board.close();
      await broker.end();
    },
  };
}
