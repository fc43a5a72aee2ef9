// @ts-check

/**
 * @param {string} name
 * @param {string} text
 * @param {number} least
 */
export function numberOf(name, text, least) {
  const number = Number(text);
  if (text.trim() === '' || !(number >= least))
    throw new Error(`--${name} ${text}: must be a number of at least ${least}`);
  return number;
}

/**
 * Several, with commas.
 * @param {string} name
 * @param {string} text
 * @param {number} least
 */
export function integersOf(name, text, least) {
  return text.split(',').map((each) => {
    const number = numberOf(name, each, least);
    if (!Number.isInteger(number)) throw new Error(`--${name} ${each}: must be a whole number`);
    return number;
  });
}

/**
 * Runs a bench; a failure is printed without a stack if it is about the caller's options.
 * @template T
 * @param {() => T} read
 * @returns {T}
 */
export function optionsOrExit(read) {
  try {
    return read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}
