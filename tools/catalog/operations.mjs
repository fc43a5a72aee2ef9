import ts from 'typescript';
import { requestsOf } from './requests.mjs';
import { alternatives } from './types.mjs';

/**
 * One request of the API with what it answers.
 *
 * @typedef {object} Operation
 * @property {string} verb
 * @property {string} path
 * @property {'one' | 'list' | 'search'} answers
 * @property {readonly ts.Type[]} types the object types it answers (members, for a list)
 * @property {string[]} parameters names of the query parameters
 * @property {string[]} required those that must be given
 *
 * @param {import('./sdk.mjs').Sdk} sdk
 * @returns {Operation[]}
 */
export function operationsOf(sdk) {
  return sdk.files.flatMap((file) => {
    const requests = requestsOf(file);
    /** @type {Operation[]} */
    const operations = [];
    sdk.program.getSourceFile(file)?.forEachChild((node) => {
      if (!ts.isClassDeclaration(node) || !node.name) return;
      for (const member of node.members) {
        if (!ts.isMethodDeclaration(member)) continue;
        for (const request of requests.get(`${node.name.text}.${member.name.getText()}`) ?? [])
          operations.push(operation(sdk.checker, member, request));
      }
    });
    return operations;
  });
}

/**
 * @param {ts.TypeChecker} checker @param {ts.MethodDeclaration} method @param {import('./requests.mjs').SdkRequest} request
 * @returns {Operation}
 */
function operation(checker, method, request) {
  const signature = checker.getSignatureFromDeclaration(method);
  if (!signature) throw new Error(`no signature for ${method.name.getText()}`);
  const parameters = signature.getParameters().find((parameter) => parameter.name === 'params');
  const properties = parameters
    ? checker.getPropertiesOfType(checker.getNonNullableType(checker.getTypeOfSymbol(parameters)))
    : [];
  const answers = request.path.endsWith('/search') ? 'search' : request.methodType === 'list' ? 'list' : 'one';
  return {
    verb: request.verb,
    path: request.path,
    answers,
    types: alternatives(answered(checker, checker.getReturnTypeOfSignature(signature))),
    parameters: properties.map((property) => property.name).sort(),
    required: properties
      .filter((property) => !(property.flags & ts.SymbolFlags.Optional))
      .map((p) => p.name)
      .sort(),
  };
}

const WRAPPERS = /^(Promise|Response|ApiList|ApiListPromise|ApiSearchResultPromise|V2List|V2ListPromise)$/;

/**
 * What a method answers once the promise, the response and the page are taken off.
 *
 * @param {ts.TypeChecker} checker @param {ts.Type} type @returns {ts.Type}
 */
function answered(checker, type) {
  const alias = type.aliasSymbol;
  if (alias && WRAPPERS.test(alias.name) && type.aliasTypeArguments?.[0])
    return answered(checker, type.aliasTypeArguments[0]);
  if (type.symbol && WRAPPERS.test(type.symbol.name)) {
    const inner = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type))[0];
    if (inner) return answered(checker, inner);
  }
  return type;
}
