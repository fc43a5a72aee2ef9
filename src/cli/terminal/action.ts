import { LockstepError } from '../../kernel/error.js';
import { nearest } from '../../kernel/nearest.js';

/** The action that a word of the command line names. @throws option_invalid with "did you mean" */
export function actionOf<Action extends string>(word: string, actions: readonly Action[]): Action {
  const found = actions.find((action) => action === word);
  if (found !== undefined) return found;
  const near = nearest(word, actions);
  const all = actions.length === 1 ? actions[0] : `${actions.slice(0, -1).join(', ')} or ${actions.at(-1)}`;
  throw new LockstepError('option_invalid', `Unknown action ${JSON.stringify(word)}`, {
    hint: near === undefined ? `use ${all}` : `did you mean ${near}?`,
  });
}
