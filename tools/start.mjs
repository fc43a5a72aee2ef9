// @ts-check
// `npm start`: becomes the demo; what it needs was installed and built just before (tools/prepare).
// Loaded here rather than in a child process: signals and the exit code then are the demo's own, no matter who sends them.
const main = new URL('../dist/cli/main.js', import.meta.url);
process.argv = [process.argv[0] ?? process.execPath, main.pathname, 'demo', ...process.argv.slice(2)];
await import(main.href);
