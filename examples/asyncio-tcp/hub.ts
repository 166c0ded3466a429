/** A thermostat: tells the board to switch its fan, one line of text at a time. */
import type { Hub } from '../../src/index.ts'; // in a project of your own: from 'kiteline'

export default function thermostat(hub: Hub) {
  hub.on('sample', ({ board, values }) => {
    const temp = Number(values.get('temp'));
    const isOn = values.get('fan') === true;
    // Two limits, or it would switch to and fro at a single one.
    const shouldBeOn = isOn ? temp > 22 : temp > 24;
    console.log(`${board}: ${temp} °C, fan ${isOn ? 'on' : 'off'}`);
    if (shouldBeOn !== isOn) hub.board(board)?.send(shouldBeOn ? 'fan on\n' : 'fan off\n');
  });
}
