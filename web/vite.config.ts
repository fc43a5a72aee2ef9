import { join } from 'node:path';
import { build, defineConfig, type Plugin } from 'vite';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist/web');

/** The folder of each page in the repository, and its folder in `dist/web`. */
const pages = { 'emulator/web': 'emulator', 'web/demo': 'demo', 'web/sample': 'sample' };

// The first versions that support light-dark(). For older ones, Vite would rewrite it to read CSS variables of the
// whole page, but the page around the Stripe.js stand-in belongs to the app.
const target = ['chrome123', 'firefox121', 'safari17.5'];

/**
 * Builds the pages, one HTML file each, with shared assets. Also builds the console, and the Stripe.js stand-in: pages load it with a
 * plain `<script src>`, so it must be one classic script.
 */
export default defineConfig({
  root,
  publicDir: false,
  plugins: [shortFolders(), standIn(), consolePage()],
  build: {
    target,
    outDir: out,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: Object.fromEntries(
        Object.entries(pages).map(([folder, name]) => [name, join(root, folder, 'index.html')]),
      ),
    },
  },
});

/** Vite writes an HTML file where it was in the repository. This gives it the page's folder in `dist/web`. */
function shortFolders(): Plugin {
  return {
    name: 'short-folders',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const [folder, name] of Object.entries(pages)) {
        const page = bundle[`${folder}/index.html`];
        if (page === undefined) throw new Error(`${folder}/index.html was not built`);
        page.fileName = `${name}/index.html`;
      }
    },
  };
}

/** Builds the stand-in after the pages, so that one command builds everything. */
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
            entry: join(root, 'emulator/stripe-js/main.ts'),
            name: 'LockstepStripe',
            formats: ['iife'],
            fileName: () => 'stripe.js',
          },
        },
      });
    },
  };
}

/** Builds the console apart from the other pages: it names its files relative to itself, to work below any path. */
function consolePage(): Plugin {
  return {
    name: 'console',
    apply: 'build',
    async closeBundle() {
      await build({
        configFile: false,
        root: join(root, 'web/console'),
        base: './',
        publicDir: false,
        logLevel: 'warn',
        build: {
          target,
          outDir: join(out, 'console'),
          emptyOutDir: true,
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
        },
      });
    },
  };
}
