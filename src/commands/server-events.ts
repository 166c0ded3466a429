/** One event of a `text/event-stream` (HTML Living Standard, section 9.2). */
export interface ServerEvent {
  event: string;
  data: string;
}

const LONGEST_EVENT = 1_000_000; // characters; a hub's message has 8 KiB, so this is somebody else's stream

/**
 * Reads the events of a stream as they come; ends with the stream.
 * @throws RangeError when an event has no end
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_EVENT) throw new RangeError('an event without end');
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
        event = '';
        data = [];
        continue;
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'event') event = value;
      else if (field === 'data') data.push(value);
      // `id` and `retry` mean nothing to us, and a line that begins with a colon is a comment that keeps the stream alive.
    }
  }
}
