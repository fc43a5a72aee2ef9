import ts from 'typescript';

/** A module that a source text names. */
export interface Import {
  readonly specifier: string;
  /** `import type`, `export type` or `import('x').T`: the compiler removes it whole. */
  readonly isTypeOnly: boolean;
}

/** Every module that a source text names: static, re-exported, dynamic, type-only, `import('x').T` and `require`. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier) {
      const text = ts.isStringLiteralLike(specifier) ? specifier.text : COMPUTED;
      found.push({ specifier: text, isTypeOnly: isTypeOnly(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(text));
  return found;
}

/** `import { type T }` is not: the compiler leaves `import {}`, which loads the module. */
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly === true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportTypeNode(node);
}

/** Stands for a module whose name is computed, which no table can allow. */
export const COMPUTED = '(computed)';

export interface Outside {
  readonly line: number;
  readonly use: string;
}

/** Every use of the world outside that only the command line may make: environment, exit and console. */
export function outsideUses(text: string): Outside[] {
  const source = parse(text);
  const found: Outside[] = [];
  const visit = (node: ts.Node): void => {
    const use = outsideUse(node);
    if (use) found.push({ line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1, use });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const parse = (text: string) => ts.createSourceFile('file.tsx', text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? node.arguments[0] : undefined;
}

const OUTSIDE_OF_PROCESS = new Set(['env', 'exit', 'exitCode', 'argv']);

function outsideUse(node: ts.Node): string | undefined {
  if (
    ts.isPropertyAccessExpression(node) &&
    isName(node.expression, 'process') &&
    OUTSIDE_OF_PROCESS.has(node.name.text)
  ) {
    return `process.${node.name.text}`;
  }
  if (ts.isElementAccessExpression(node) && isName(node.expression, 'process')) return 'process[…]';
  if (ts.isVariableDeclaration(node) && node.initializer && isName(node.initializer, 'process')) return 'process';
  if (ts.isPropertyAccessExpression(node) && isName(node.expression, 'console')) return `console.${node.name.text}`;
  if (specifierIs(node, 'node:process') || specifierIs(node, 'node:console')) return 'node:process or node:console';
  return undefined;
}

const isName = (node: ts.Node, name: string): boolean =>
  (ts.isIdentifier(node) && node.text === name) ||
  (ts.isPropertyAccessExpression(node) && node.name.text === name && isName(node.expression, 'globalThis'));

function specifierIs(node: ts.Node, name: string): boolean {
  const specifier = specifierOf(node);
  return specifier !== undefined && ts.isStringLiteralLike(specifier) && specifier.text === name;
}
