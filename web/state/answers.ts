/** Why the hub refused something, as it says itself (RFC 9457). */
export async function sentenceOf(answer: Response): Promise<string> {
  const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string };
  return detail ?? answer.statusText;
}
