/** Topic names and filters (section 4.7). */

export const topicLimits = {
  /** UTF-16 units of a name or filter, and its levels: more than anybody reads; each level of a filter costs a node. */
  length: 4_096,
  levels: 64,
} as const;

/** Whether something may be published under it [MQTT-3.3.2-2] [MQTT-4.7.3-1]. */
export const isTopic = (topic: string): boolean => topic.length > 0 && !/[+#]/.test(topic);

/** Whether it can be subscribed to: `+` is a whole level, `#` the whole last one [MQTT-4.7.1-2] [MQTT-4.7.1-3]. */
export function isFilter(filter: string): boolean {
  if (filter.length === 0) return false;
  const levels = filter.split('/');
  return levels.every((level, i) => {
    if (level === '#') return i === levels.length - 1;
    return level === '+' || !/[+#]/.test(level);
  });
}

/** Whether we keep it; what is longer is refused, though the standard has 65,535 bytes. */
export function isWithinLimits(topic: string): boolean {
  if (topic.length > topicLimits.length) return false;
  let levels = 1;
  for (let at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) levels++;
  return levels <= topicLimits.levels;
}

/** Whether a filter takes a topic. A filter that begins with a wildcard takes none that begins with `$` [MQTT-4.7.2-1]. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true;
    if (i >= levels.length || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}
