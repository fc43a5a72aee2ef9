import { join } from 'node:path';
import { build, defineConfig, type Plugin } from 'vite';

const here = import.meta.dirname;
const out = join(here, '../dist/web');

// The first that know light-dark() themselves. Rewritten for older ones it would read variables of the page around, and
// the stand-in's page around is somebody else's.
const target = ['chrome123', 'firefox121', 'safari17.5'];

/**
 * The pages people see, one HTML file each, with shared assets; and the Stripe.js stand-in, which host pages load with
 * a plain `<script src>` and which therefore has to be one classic script.
 */
export default defineConfig({
  root: here,
  publicDir: false,
  plugins: [standIn()],
  build: {
    target,
    outDir: out,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        emulator: join(here, 'emulator/index.html'),
        demo: join(here, 'demo/index.html'),
        sample: join(here, 'sample/index.html'),
      },
    },
  },
});

/** Builds the stand-in after the pages, so that one command makes everything. */
function standIn(): Plugin {
  return {
    name: 'stripe-js-stand-in',
    apply: 'build',
    async closeBundle() {
      await build({
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        build: {
          target,
          outDir: join(out, 'stripe-js'),
          emptyOutDir: false,
          lib: {
            entry: join(here, 'stripe-js/main.ts'),
            name: 'LockstepStripe',
            formats: ['iife'],
            fileName: () => 'stripe.js',
          },
        },
      });
    },
  };
}
