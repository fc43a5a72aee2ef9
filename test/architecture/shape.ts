import { dirname, join, normalize } from 'node:path/posix';
import ts from 'typescript';

/** What a file is read for. */
export interface SourceFile {
  /** Its path from the root of the repository. */
  name: string;
  text: string;
}

const parse = ({ name, text }: SourceFile): ts.SourceFile =>
  ts.createSourceFile(
    name,
    text,
    ts.ScriptTarget.Latest,
    true,
    name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );

/** Groups of files that import each other in a circle, by what they need when they run. Types alone make no circle. */
export function cyclesOf(files: readonly SourceFile[]): string[][] {
  const known = new Set(files.map(({ name }) => name));
  const imports = new Map(files.map((file) => [file.name, runtimeImports(file, known)]));
  return stronglyConnected(imports).filter((group) => group.length > 1);
}

function runtimeImports(file: SourceFile, known: ReadonlySet<string>): string[] {
  return parse(file).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const isType = ts.isImportDeclaration(statement) ? isTypeImport(statement) : statement.isTypeOnly;
    const { moduleSpecifier } = statement;
    if (isType || moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
    if (!moduleSpecifier.text.startsWith('.')) return [];
    const target = normalize(join(dirname(file.name), moduleSpecifier.text)).replace(/\.js$/, '');
    return [`${target}.ts`, `${target}.tsx`].filter((name) => known.has(name));
  });
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.isTypeOnly) return true;
  const { name, namedBindings } = importClause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
  );
}

/** Tarjan's algorithm. Each group and the groups themselves are sorted. */
function stronglyConnected(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const groups: string[][] = [];
  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    low.set(node, index);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const reached = order.has(next) ? (path.includes(next) ? order.get(next) : undefined) : visit(next);
      if (reached !== undefined) low.set(node, Math.min(low.get(node) ?? index, reached));
    }
    if (low.get(node) === index) groups.push(path.splice(path.indexOf(node)).sort());
    return low.get(node) ?? index;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return groups.sort((a, b) => (a[0] ?? '').localeCompare(b[0] ?? ''));
}

/** A function that is long or takes many parameters. */
export interface LargeFunction {
  /** `src/sync/worker.ts createWorker`. */
  name: string;
  lines: number;
  parameters: number;
}

export function functionsOf(file: SourceFile): LargeFunction[] {
  const source = parse(file);
  const found: LargeFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const to = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      const parameters = node.parameters.filter(({ name }) => name.getText(source) !== 'this').length;
      found.push({ name: `${file.name} ${nameOf(node)}`, lines: to - from + 1, parameters });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : '(unnamed)';
}

/** Names of interfaces, types, classes and enums that more than one file exports, with these files. */
export function typesOfOneName(files: readonly SourceFile[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const file of files) {
    for (const statement of parse(file).statements) {
      const isDeclaration =
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement);
      if (!isDeclaration || statement.name === undefined) continue;
      if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) continue;
      places.set(statement.name.text, [...(places.get(statement.name.text) ?? []), file.name]);
    }
  }
  return new Map([...places].filter(([, found]) => found.length > 1));
}
