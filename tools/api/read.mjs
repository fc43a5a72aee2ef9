// @ts-check
import path from 'node:path';
import ts from 'typescript';
import { commentBefore, commentOf } from './comment.mjs';
import { ROOT, sourcesOfEntries } from './entries.mjs';
import { codeOf, textOf, typeCode } from './code.mjs';

/**
 * @typedef {import('./comment.mjs').Comment} Comment
 * @typedef {{ name: string, optional: boolean, type: string, code: string | undefined, comment: Comment | undefined }} Member
 *   `code`: it is a method, and how it is called
 * @typedef {{ name: string, isType: boolean, comment: Comment | undefined, code: string, extends: string[], members: Member[],
 *   values: { value: string, comment: Comment | undefined }[] }} Item
 * @typedef {{ title: string, text: string, items: Item[] }} Section a title of '' for an entry without sections
 * @typedef {{ specifier: string, sections: Section[] }} Entry
 */

/**
 * Everything that can be imported from the package, in the order of the source, and what is wrong with it.
 * @param {Map<string, string>} sources the files, by how they are imported
 * @returns {{ entries: Map<string, Entry>, problems: string[] }}
 */
export function readApi(sources = sourcesOfEntries()) {
  const config = ts.getParsedCommandLineOfConfigFile(path.join(ROOT, 'tsconfig.json'), {}, /** @type {any} */ (ts.sys));
  const options = { ...config?.options, incremental: false };
  delete options.tsBuildInfoFile;
  const program = ts.createProgram(
    [...sources.values()].map((file) => path.join(ROOT, file)),
    options,
  );
  const reader = new Reader(program.getTypeChecker());
  const files = [...sources].map(([specifier, file]) => {
    const source = program.getSourceFile(path.join(ROOT, file));
    if (source === undefined) throw new Error(`${specifier} is made of ${file}, which is not there`);
    return { specifier, source };
  });
  for (const { source } of files) reader.publish(source);
  const entries = new Map(files.map(({ specifier, source }) => [specifier, reader.entry(specifier, source)]));
  return { entries, problems: reader.problems };
}

/** What a docstring says of what may be left out. */
const DEFAULT = /\b(default|without it)\b/i;

class Reader {
  /** @type {string[]} */
  problems = [];
  /** What is exported, by what it is, so that a type exported twice is described once. @type {Map<ts.Symbol, string>} */
  #public = new Map();
  /** @type {Set<ts.Symbol>} */
  #described = new Set();

  /** @param {ts.TypeChecker} checker */
  constructor(checker) {
    this.checker = checker;
  }

  /** @param {ts.SourceFile} source */
  publish(source) {
    for (const { name, symbol } of this.#exportsOf(source)) this.#public.set(symbol, name);
  }

  /** @param {string} specifier @param {ts.SourceFile} source @returns {Entry} */
  entry(specifier, source) {
    /** @type {Section[]} */
    const sections = [];
    for (const { name, symbol, heading } of this.#exportsOf(source)) {
      if (heading !== undefined || sections.length === 0) {
        const [title = '', ...more] = (heading?.text ?? '').split('\n');
        sections.push({ title: title.replace(/^# /, ''), text: more.join('\n').trim(), items: [] });
      }
      if (this.#described.has(symbol)) continue;
      this.#described.add(symbol);
      sections.at(-1)?.items.push(this.#item(specifier, name, symbol));
    }
    for (const { items } of sections) items.sort((a, b) => Number(a.isType) - Number(b.isType));
    return { specifier, sections };
  }

  /** In the order of the source; a docstring that begins with `# ` before an export begins a section. @param {ts.SourceFile} source */
  #exportsOf(source) {
    const module = this.checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${source.fileName} is not a module`);
    return this.checker
      .getExportsOfModule(module)
      .map((alias) => {
        const symbol = alias.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(alias) : alias;
        return { name: alias.name, symbol, at: alias.declarations?.[0] };
      })
      .sort((a, b) => (a.at?.pos ?? 0) - (b.at?.pos ?? 0))
      .map(({ name, symbol, at }) => {
        const list = at && ts.isExportSpecifier(at) ? at.parent : undefined;
        const leads = list !== undefined && list.elements[0] === at;
        const comment = leads ? commentBefore(list.parent, list.parent.pos) : undefined;
        return { name, symbol, heading: comment?.text.startsWith('# ') ? comment : undefined };
      });
  }

  /** @param {string} specifier @param {string} name @param {ts.Symbol} symbol @returns {Item} */
  #item(specifier, name, symbol) {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined) throw new Error(`${name} is declared nowhere`);
    const whose = `${specifier}: ${name}`;
    this.#checkNames(whose, declaration);
    const values = this.#values(declaration);
    const bases = this.#bases(declaration);
    const members = values.length > 0 ? [] : this.#members(symbol, declaration, bases);
    const comment = commentOf(declaration);
    if (!comment) this.problems.push(`${whose} has no docstring`);
    for (const one of members) {
      if (!one.comment) this.problems.push(`${whose}.${one.name} has no docstring`);
      else if (one.optional && !DEFAULT.test(one.comment.text))
        this.problems.push(`${whose}.${one.name} has no default`);
    }
    for (const one of values) if (!one.comment) this.problems.push(`${whose} ${one.value} has no docstring`);
    return {
      ...{ name, comment, members, values, isType: (symbol.flags & ts.SymbolFlags.Value) === 0 },
      code: members.length > 0 || values.length > 0 ? '' : codeOf(declaration, name),
      extends: bases.map(({ node }) => textOf(node)),
    };
  }

  /** The values of a closed list that says something of one of them. @param {ts.Declaration} declaration */
  #values(declaration) {
    if (!ts.isTypeAliasDeclaration(declaration) || !ts.isUnionTypeNode(declaration.type)) return [];
    const { types } = declaration.type;
    const values = types.map((node, at) => ({
      value: textOf(node).replaceAll("'", ''),
      comment: commentBefore(node, types[at - 1]?.end ?? declaration.name.end),
    }));
    return values.some(({ comment }) => comment !== undefined) ? values : [];
  }

  /** What is described elsewhere on these pages. @param {ts.Declaration} declaration */
  #bases(declaration) {
    const clauses = ts.isInterfaceDeclaration(declaration) ? (declaration.heritageClauses ?? []) : [];
    return clauses
      .flatMap(({ types }) => [...types])
      .filter((node) => this.#namesIn(node).some((symbol) => this.#public.has(symbol)))
      .map((node) => ({
        node,
        names: this.checker
          .getTypeAtLocation(node)
          .getProperties()
          .map((one) => one.name),
      }));
  }

  /** @param {ts.Symbol} symbol @param {ts.Declaration} declaration @param {{ names: string[] }[]} bases */
  #members(symbol, declaration, bases) {
    const isShape = ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration);
    if (!isShape && !ts.isTypeAliasDeclaration(declaration)) return [];
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    if (!isShape && (type.isUnion() || !(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)))) return [];
    if (type.getCallSignatures().length > 0) return [];
    const inherited = new Set(bases.flatMap(({ names }) => names));
    const own = inSourceOrder(type.getProperties(), declaration).filter((one) => {
      if (one.declarations?.some(({ parent }) => parent === declaration)) return true;
      return !inherited.has(one.name) && !ts.isClassDeclaration(declaration);
    });
    const isOptional = (/** @type {ts.Symbol} */ one) => Number((one.flags & ts.SymbolFlags.Optional) !== 0);
    return own.sort((a, b) => isOptional(a) - isOptional(b)).flatMap((one) => this.#member(one, ''));
  }

  /** A member, and those of an object that has no name of its own. @param {ts.Symbol} symbol @param {string} under @returns {Member[]} */
  #member(symbol, under) {
    const [at] = symbol.declarations ?? [];
    if (at === undefined) return [];
    const name = `${under}${symbol.name}`;
    const optional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    const comment = commentOf(at);
    if (ts.isMethodSignature(at) || ts.isMethodDeclaration(at)) {
      return [{ name, optional, comment, type: '', code: codeOf(at, name) }];
    }
    const type = this.checker.getNonNullableType(this.checker.getTypeOfSymbol(symbol));
    const named = ts.isPropertySignature(at) && at.type !== undefined && this.#isNamed(at.type);
    const inside = this.#isNameless(type) && !named ? type.getProperties() : [];
    const row = { name, optional, comment, code: undefined };
    if (inside.length === 0) return [{ ...row, type: typeCode(this.checker, symbol, at) }];
    return [{ ...row, type: 'object' }, ...inside.flatMap((one) => this.#member(one, `${name}.`))];
  }

  /** Such as `Partial<Faults>`: a link says more than all its members once more. @param {ts.TypeNode} node */
  #isNamed(node) {
    return ts.isTypeReferenceNode(node) && this.#namesIn(node).some((symbol) => this.#public.has(symbol));
  }

  /** @param {ts.Type} type */
  #isNameless(type) {
    if (!(type.flags & ts.TypeFlags.Object) || type.getCallSignatures().length > 0) return false;
    if (type.aliasSymbol !== undefined && this.#public.has(type.aliasSymbol)) return false;
    return type.symbol !== undefined && (type.symbol.flags & ts.SymbolFlags.TypeLiteral) !== 0;
  }

  /** A type of ours that a public declaration names can be imported too. @param {string} whose @param {ts.Declaration} declaration */
  #checkNames(whose, declaration) {
    for (const symbol of this.#namesIn(declaration)) {
      const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
      if (/\/node_modules\//.test(file) || this.#public.has(symbol)) continue;
      if (symbol.flags & ts.SymbolFlags.TypeParameter) continue;
      this.problems.push(`${whose} names ${symbol.name}, which is not exported`);
    }
  }

  /** Every type that is named within; not what a function does inside. @param {ts.Node} node @returns {ts.Symbol[]} */
  #namesIn(node) {
    /** @type {Set<ts.Symbol>} */
    const found = new Set();
    const visit = (/** @type {ts.Node} */ at) => {
      if (ts.isBlock(at)) return;
      // What an interface inherits from something private is described as its own.
      if (ts.isHeritageClause(at)) return;
      const named = ts.isTypeReferenceNode(at)
        ? at.typeName
        : ts.isExpressionWithTypeArguments(at)
          ? at.expression
          : undefined;
      const symbol = named && this.checker.getSymbolAtLocation(named);
      if (symbol) found.add(symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol);
      ts.forEachChild(at, visit);
    };
    visit(node);
    return [...found];
  }
}

/** What is inherited first, as it stands where it is declared. @param {ts.Symbol[]} members @param {ts.Declaration} declaration */
function inSourceOrder(members, declaration) {
  const rank = (/** @type {ts.Symbol} */ { declarations: [at] = [] }) => [
    Number(at?.parent === declaration),
    at?.pos ?? 0,
  ];
  return [...members].sort((a, b) => {
    const [[ownA = 0, atA = 0], [ownB = 0, atB = 0]] = [rank(a), rank(b)];
    return ownA - ownB || atA - atB;
  });
}
