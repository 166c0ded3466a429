const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A string of a packet (section 1.5.3): well-formed UTF-8 without U+0000; a byte order mark is a character as any other.
 * @returns undefined for bytes that are no such string [MQTT-1.5.3-1] [MQTT-1.5.3-2]
 */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
