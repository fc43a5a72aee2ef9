import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Says what in a value is not as the pinned SDK declares the object of its `object` field; nothing means all is well. */
export type Referee = (value: unknown) => string[];

/**
 * Reads the SDK's declarations (two seconds or so) and checks JSON against them: every field there, none unknown, each of
 * its type, words from the SDK's own list of words although its types allow any text. Decimals are text in JSON.
 */
export function sdkReferee(): Referee {
  const root = join(dirname(dirname(createRequire(import.meta.url).resolve('stripe'))), 'esm');
  const files = readdirSync(join(root, 'resources'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => join(root, 'resources', name));
  const program = ts.createProgram(files, {
    strict: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    noLib: false,
    lib: ['lib.es2022.d.ts'],
  });
  const checker = program.getTypeChecker();
  const objects = objectTypes(program, checker, new Set(files));
  const walker = new Walker(checker);
  return (value) => {
    const name = (value as { object?: unknown } | null)?.object;
    const type = typeof name === 'string' ? objects.get(name) : undefined;
    return type === undefined
      ? [`the SDK has no object '${String(name)}'`]
      : walker.mistakes(value, type, String(name));
  };
}

/** Object name → the interface that declares it, without the stubs of deleted objects. */
function objectTypes(program: ts.Program, checker: ts.TypeChecker, files: ReadonlySet<string>): Map<string, ts.Type> {
  const found = new Map<string, ts.Type>();
  for (const source of program.getSourceFiles()) {
    if (!files.has(source.fileName) || source.fileName.includes('/V2/')) continue;
    source.forEachChild(function visit(node): void {
      if (ts.isModuleDeclaration(node) || ts.isModuleBlock(node)) node.forEachChild(visit);
      if (!ts.isInterfaceDeclaration(node) || node.name.text.startsWith('Deleted')) return;
      const member = node.members.find((one) => one.name !== undefined && one.name.getText() === 'object');
      if (member === undefined || !ts.isPropertySignature(member) || member.type === undefined) return;
      const literal = checker.getTypeFromTypeNode(member.type);
      if (literal.isStringLiteral() && !found.has(literal.value))
        found.set(literal.value, checker.getTypeAtLocation(node));
    });
  }
  return found;
}

const DEPTH_MAX = 12;

/** Fields that Stripe sends although the SDK's types do not have them: of lists inside objects, and from earlier versions. */
const sentUntyped: Readonly<Record<string, readonly string[]>> = {
  list: ['total_count'],
  charge: ['dispute'],
  subscription: ['plan', 'quantity'],
};

class Walker {
  constructor(private readonly checker: ts.TypeChecker) {}

  mistakes(value: unknown, type: ts.Type, at: string, depth = 0): string[] {
    if (depth > DEPTH_MAX || type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
    if (type.isUnion()) return this.#ofUnion(value, type, at, depth);
    if (type.flags & ts.TypeFlags.Null) return value === null ? [] : [wrong(at, value, 'null')];
    if (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return [wrong(at, value, 'nothing')];
    if (type.isStringLiteral() || type.isNumberLiteral()) {
      return value === type.value ? [] : [wrong(at, value, JSON.stringify(type.value))];
    }
    if (type.flags & ts.TypeFlags.BooleanLiteral) {
      const word = this.checker.typeToString(type);
      return String(value) === word ? [] : [wrong(at, value, word)];
    }
    if (type.flags & ts.TypeFlags.String || type.isIntersection())
      return typeof value === 'string' ? [] : [wrong(at, value, 'text')];
    if (type.flags & ts.TypeFlags.Number) return typeof value === 'number' ? [] : [wrong(at, value, 'a number')];
    if (type.flags & ts.TypeFlags.Boolean) return typeof value === 'boolean' ? [] : [wrong(at, value, 'a boolean')];
    if (type.symbol?.name.startsWith('Decimal')) {
      return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? [] : [wrong(at, value, 'a decimal as text')];
    }
    return this.#ofObject(value, type, at, depth);
  }

  #ofUnion(value: unknown, type: ts.UnionType, at: string, depth: number): string[] {
    const literals = type.types.filter((one) => one.isStringLiteral());
    // `'a' | 'b' | OtherString`: the open end is for the future, not for us.
    const members = literals.length > 0 ? type.types.filter((one) => !one.isIntersection()) : type.types;
    const tries = members.map((one) => this.mistakes(value, one, at, depth));
    if (tries.some((mistakes) => mistakes.length === 0)) return [];
    const objects = members.filter(
      (one) => typeof value === 'object' && value !== null && one.flags & ts.TypeFlags.Object,
    );
    const [closest] = objects.map((one) => this.mistakes(value, one, at, depth)).sort((a, b) => a.length - b.length);
    return closest ?? [wrong(at, value, this.checker.typeToString(type))];
  }

  #ofObject(value: unknown, type: ts.Type, at: string, depth: number): string[] {
    const [item] = this.checker.isArrayType(type) ? this.checker.getTypeArguments(type as ts.TypeReference) : [];
    if (item !== undefined) {
      if (!Array.isArray(value)) return [wrong(at, value, 'a list')];
      return value.flatMap((one, index) => this.mistakes(one, item, `${at}[${index}]`, depth + 1));
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [wrong(at, value, 'a hash')];
    const hash = value as Record<string, unknown>;
    const properties = this.checker.getPropertiesOfType(type);
    const known = new Set(properties.map(({ name }) => name));
    for (const field of sentUntyped[String(hash['object'])] ?? []) known.add(field);
    const index = type.getStringIndexType();
    return [
      ...properties.flatMap((property) => this.#ofProperty(hash, property, at, depth)),
      ...Object.keys(hash)
        .filter((key) => !known.has(key))
        .flatMap((key) =>
          index === undefined
            ? [`${at}.${key} is unknown`]
            : this.mistakes(hash[key], index, `${at}.${key}`, depth + 1),
        ),
    ];
  }

  #ofProperty(hash: Record<string, unknown>, property: ts.Symbol, at: string, depth: number): string[] {
    const type = this.checker.getTypeOfSymbol(property);
    const value = hash[property.name];
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    if (value === undefined) return optional ? [] : [`${at}.${property.name} is missing`];
    return this.mistakes(value, type, `${at}.${property.name}`, depth + 1);
  }
}

const wrong = (at: string, value: unknown, wanted: string): string =>
  `${at} is ${(JSON.stringify(value) ?? 'nothing').slice(0, 120)}, not ${wanted.slice(0, 160)}`;
