// As in the framework itself: its utils are those of this package.
// eslint-disable-next-line @typescript-eslint/no-require-imports
module.exports = require('@medusajs/utils');
