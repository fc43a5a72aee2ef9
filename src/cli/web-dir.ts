import { fileURLToPath } from 'node:url';

/** The built pages: beside the built code. */
export const webDir = fileURLToPath(new URL('../web', import.meta.url));
