// @ts-check
// Makes node_modules match package-lock.json; runs before `npm start` and `npm test`, when nothing may be installed yet.
// The version is checked before anything newer than this file's own syntax is loaded.
const oldest = { major: 20, minor: 19 };

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
  console.error(`Lockstep needs Node ${oldest.major}.${oldest.minor} or newer; this is ${process.version}.`);
  console.error('Install a newer Node, then run the same command again.');
  process.exit(1);
}

import('./npm-ci.mjs')
  .then(({ installIfStale }) => installIfStale())
  .catch((/** @type {Error} */ error) => {
    console.error(error.message);
    process.exit(1);
  });
