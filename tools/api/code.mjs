// @ts-check
import ts from 'typescript';

/** A closed list that is longer is shown by its beginning: of Stripe's own names. */
const LISTED_MAX = 60;

const printer = ts.createPrinter({ removeComments: true });

/** A node on one line, as it is written. @param {ts.Node} node */
export function textOf(node) {
  const text = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
  return text.replace(/\s+/g, ' ').replace(/; }/g, ' }');
}

/** How a function or a method is called, or what a type or a value is. @param {ts.Declaration} node @param {string} name */
export function codeOf(node, name) {
  if (ts.isFunctionDeclaration(node) || ts.isMethodSignature(node) || ts.isMethodDeclaration(node)) {
    const generic = node.typeParameters ? `<${node.typeParameters.map(textOf).join(', ')}>` : '';
    const parameters = node.parameters.map(parameterOf);
    const result = node.type ? textOf(node.type) : 'void';
    const line = `${name}${generic}(${parameters.join(', ')}): ${result}`;
    if (line.length <= 100) return line;
    return `${name}${generic}(\n${parameters.map((one) => `  ${one},\n`).join('')}): ${result}`;
  }
  if (ts.isTypeAliasDeclaration(node)) {
    const parts = ts.isUnionTypeNode(node.type) ? node.type.types.map(textOf) : [textOf(node.type)];
    const line = `type ${name}${genericOf(node)} = ${parts.join(' | ')}`;
    if (parts.length > LISTED_MAX)
      return `type ${name} = ${parts.slice(0, 3).join(' | ')} | … /* ${parts.length} in all */`;
    return line.length <= 100 ? line : `type ${name}${genericOf(node)} =${parts.map((one) => `\n  | ${one}`).join('')}`;
  }
  if (ts.isVariableDeclaration(node)) return `const ${name}: ${node.type ? textOf(node.type) : 'unique symbol'}`;
  return '';
}

/** @param {ts.TypeAliasDeclaration} node */
const genericOf = (node) => (node.typeParameters ? `<${node.typeParameters.map(textOf).join(', ')}>` : '');

/** One with a default value may be left out. @param {ts.ParameterDeclaration} node */
function parameterOf(node) {
  const mark = (node.questionToken ?? node.initializer) ? '?' : '';
  return `${textOf(node.name)}${mark}${node.type ? `: ${textOf(node.type)}` : ''}`;
}

/**
 * A member's type: as it is written where it is, else as the compiler found it.
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 * @param {ts.Declaration} at
 */
export function typeCode(checker, symbol, at) {
  const written = (ts.isPropertySignature(at) || ts.isPropertyDeclaration(at)) && at.type ? textOf(at.type) : undefined;
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType;
  const text = written ?? checker.typeToString(checker.getTypeOfSymbol(symbol), at, flags);
  const short = text.replace(/^undefined \| | \| undefined$/, '').replace(/^\((.*=>.*)\)$/, '$1');
  return symbol.flags & ts.SymbolFlags.Optional ? withoutTypes(short) : text;
}

/** Of many objects without a name, their fields' names alone. @param {string} type */
function withoutTypes(type) {
  if (type.length < 120 || !/^\{.*\}\[\]$/.test(type)) return type;
  return `{ ${[...type.matchAll(/(\w+\??):/g)].map(([, field]) => field).join(', ')} }[]`;
}
