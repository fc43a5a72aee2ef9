import { access, constants } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Starts the system's Chromium, headless and silent: it talks to nobody but the pages under test. Close it yourself. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumBinary(),
    headless: true,
    // The sandbox cannot be set up by root.
    chromiumSandbox: userInfo().uid !== 0,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Path of Chromium on this machine. Throws with what to install. */
export async function chromiumBinary(): Promise<string> {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const file = join(dir, name);
      const found = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (dir !== '' && found) return file;
    }
  }
  throw new Error('no Chromium found; on Debian: apt-get install chromium');
}
