/** Answers each text; what a handler returns is sent back as it is. */
import type { Hub } from '../../src/index.ts'; // in a project of your own: from 'kiteline'

export default function conversation(hub: Hub) {
  let count = 0;
  hub.on('text', ({ board, text }) => {
    count += 1;
    console.log(`${board}: ${text}`);
    return `response number ${count}`;
  });
}
