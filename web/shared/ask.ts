/** What a server of ours refused, in its words, with its hint. */
export class Refusal extends Error {}

/** A JSON route of the service: with a body a POST, without one a GET. @throws Refusal in words for people. */
export async function ask<T>(path: string, body?: unknown): Promise<T> {
  const init: RequestInit =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, init).catch(() => {
    throw new Refusal('The service does not answer. Check that it is still running.');
  });
  const answer = (await response.json().catch(() => null)) as {
    error?: { message?: string; hint?: string };
  } | null;
  if (response.ok) return answer as T;
  const { message = `The service answered ${response.status} without a reason.`, hint } = answer?.error ?? {};
  throw new Refusal(hint ? `${sentence(message)} ${sentence(hint)}` : sentence(message));
}

/** With a capital and a full stop. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!…]$/.test(capital) ? capital : `${capital}.`;
}
