// Generated from stripe 23.1.0 by `npm run generate:catalog`; do not edit.

/** The version in which every object is read and stored: the one the pinned SDK asks for. */
export const API_VERSION = '2026-10-28.endive';
