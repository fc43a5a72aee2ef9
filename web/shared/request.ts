/** A request failed. The message is for the user: what the server answered, and its hint. */
export class Refusal extends Error {}

/** Calls a JSON route of the service: POST if there is a body, else GET. @throws Refusal */
export async function request<T>(path: string, body?: unknown): Promise<T> {
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

/** Starts the text with a capital letter and ends it with a full stop. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!…]$/.test(capital) ? capital : `${capital}.`;
}
