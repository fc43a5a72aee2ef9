'use server';
import { LockstepError } from 'lockstep';
import { redirect } from 'next/navigation';
import { lockstep } from '../lib/billing';
import { plans } from '../lib/plans';
import { currentUser, startSession } from '../lib/session';

const HOUR_MS = 60 * 60_000;

export async function signIn(form: FormData): Promise<void> {
  const username = String(form.get('username'));
  await lockstep.query('insert into users (username) values ($1) on conflict do nothing', [username]);
  await startSession(username);
  redirect('/');
}

// Next.js hides the message of a thrown error from the browser. So an error that the user can act on is returned.
type Answer<T> = { answer: T; problem?: undefined } | { answer?: undefined; problem: string };

async function answering<T>(work: (user: { username: string }) => Promise<T>): Promise<Answer<T>> {
  const user = await currentUser();
  if (user === null) return { problem: 'Sign in first.' };
  try {
    return { answer: await work(user) };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return { problem: error.message };
  }
}

export async function subscribe() {
  return answering((user) => lockstep.subscriptions.create({ user, price: plans.team }));
}

const upgraded = { price: plans.business, when: 'now_invoiced' } as const;

export async function previewUpgrade(subscription: string) {
  return answering((user) => lockstep.subscriptions.preview(user, subscription, upgraded));
}

/** @param previewed the time of the preview, so that the upgrade costs what the preview said */
export async function upgrade(subscription: string, previewed: Date) {
  return answering(async (user) => {
    // The time comes from the browser, and a later time would cost less. So it must be recent.
    if (!(Math.abs(Date.now() - Number(previewed)) < HOUR_MS))
      throw new Error('the time of the preview is not within the last hour');
    await lockstep.subscriptions.change(user, subscription, { ...upgraded, prorationDate: previewed });
  });
}

export async function openPortal(): Promise<void> {
  const user = await currentUser();
  if (user === null) redirect('/');
  const { url } = await lockstep.sessions.portal({ user, returnUrl: '/account/back' });
  redirect(url);
}
