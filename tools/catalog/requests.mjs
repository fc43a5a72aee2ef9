import fs from 'node:fs';
import ts from 'typescript';

/**
 * The HTTP requests a method of the SDK makes. The types say what comes back, only the JavaScript says from where.
 * A method may make one of several: `accounts.retrieve(null)` reads `/v1/account`, `retrieve(id)` reads `/v1/accounts/{id}`.
 *
 * @typedef {object} SdkRequest
 * @property {string} verb
 * @property {string} path with placeholders: `/v1/customers/{id}`
 * @property {string | null} methodType 'list', 'search' or null
 *
 * @param {string} declarationFile a `.d.ts` of the SDK
 * @returns {Map<string, SdkRequest[]>} keyed `Class.method`
 */
export function requestsOf(declarationFile) {
  const file = declarationFile.replace(/\.d\.ts$/, '.js');
  /** @type {Map<string, SdkRequest[]>} */
  const found = new Map();
  if (!fs.existsSync(file)) return found;
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  source.forEachChild((node) => {
    if (!ts.isClassDeclaration(node) || !node.name) return;
    for (const member of node.members) {
      if (!ts.isMethodDeclaration(member)) continue;
      const requests = requestsIn(member);
      if (requests.length > 0) found.set(`${node.name.text}.${member.name.getText()}`, requests);
    }
  });
  return found;
}

/** @param {ts.Node} node @returns {SdkRequest[]} */
function requestsIn(node) {
  /** @type {SdkRequest[]} */
  const requests = [];
  /** @param {ts.Node} at */
  const visit = (at) => {
    if (ts.isCallExpression(at) && at.expression.getText().endsWith('._makeRequest')) {
      const [verb, path] = [literal(at.arguments[0]), literal(at.arguments[1])];
      if (verb && path) requests.push({ verb, path, methodType: methodType(at.arguments[4]) });
    }
    ts.forEachChild(at, visit);
  };
  visit(node);
  return requests;
}

/** `/v1/x/${encodeURIComponent(id)}` → `/v1/x/{id}` @param {ts.Node | undefined} node @returns {string | null} */
function literal(node) {
  if (!node) return null;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  const spans = node.templateSpans.map((span) => `{${placeholder(span.expression)}}${span.literal.text}`);
  return node.head.text + spans.join('');
}

/** @param {ts.Expression} expression */
function placeholder(expression) {
  return ts.isCallExpression(expression) ? expression.arguments[0].getText() : expression.getText();
}

/** @param {ts.Node | undefined} options @returns {string | null} */
function methodType(options) {
  if (!options || !ts.isObjectLiteralExpression(options)) return null;
  for (const property of options.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== 'methodType') continue;
    return ts.isStringLiteralLike(property.initializer) ? property.initializer.text : null;
  }
  return null;
}
