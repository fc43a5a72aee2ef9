import { fileURLToPath } from 'node:url';

/** The built pages, `dist/web`. */
export const webDir = fileURLToPath(new URL('../../web', import.meta.url));
