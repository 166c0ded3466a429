import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { plainHost } from '../transport/transport.ts';
import type { Broker } from './broker.ts';
import { connectionLimits } from './connection.ts';
import { takeStream } from './listen.ts';

/** The subprotocol that a client must ask for [MQTT-6.0.0-3], and the one of MQTT 3.1, which old clients still name. */
const PROTOCOLS = ['mqtt', 'mqttv3.1'];

/** MQTT over WebSocket (section 6): packets may begin and end anywhere in binary frames. */
export class WebSocketDoor {
  readonly #broker: Broker;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: connectionLimits.packet + 16,
    handleProtocols: (asked) => PROTOCOLS.find((one) => asked.has(one)) ?? false,
  });

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { remoteAddress = '', remotePort = 0 } = request.socket;
    const from = { host: plainHost(remoteAddress), port: remotePort, secure: false };
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (_, isBinary) => {
        if (!isBinary) client.close(1003); // [MQTT-6.0.0-1]
      });
      takeStream(this.#broker, createWebSocketStream(client), from);
    });
  }
}
