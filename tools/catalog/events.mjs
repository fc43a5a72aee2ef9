import path from 'node:path';
import ts from 'typescript';
import { alternatives } from './types.mjs';

/**
 * Every event type of the SDK with the types its `data.object` may be.
 *
 * @param {import('./sdk.mjs').Sdk} sdk
 * @returns {Map<string, readonly ts.Type[]>}
 */
export function eventsOf(sdk) {
  const { checker, program } = sdk;
  const file = sdk.files.find((name) => name.endsWith(`${path.sep}resources${path.sep}Events.d.ts`));
  const module = file && checker.getSymbolAtLocation(/** @type {ts.Node} */ (program.getSourceFile(file)));
  if (!module) throw new Error('the SDK has no resources/Events.d.ts');
  /** @type {Map<string, readonly ts.Type[]>} */
  const events = new Map();
  for (const symbol of checker.getExportsOfModule(module)) {
    if (!symbol.name.endsWith('Event') || !symbol.declarations?.some(ts.isInterfaceDeclaration)) continue;
    const event = checker.getDeclaredTypeOfSymbol(symbol);
    const name = memberType(checker, event, 'type');
    const data = memberType(checker, event, 'data');
    const object = data && memberType(checker, data, 'object');
    if (name?.isStringLiteral() && object) events.set(name.value, alternatives(object));
  }
  return events;
}

/** @param {ts.TypeChecker} checker @param {ts.Type} type @param {string} member @returns {ts.Type | undefined} */
function memberType(checker, type, member) {
  const property = type.getProperty(member);
  return property && checker.getTypeOfSymbol(property);
}
