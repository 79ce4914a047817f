// Which names of properties the build may shorten: those that are only the player's own.
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";

/**
 * Names that are declared in `folder` as members of a class, an interface or a type.
 *
 * Not those that the browser knows, those of the JSON in a page (head.ts), or those that stand in
 * some string, with which a property might be looked up.
 */
export function ownNames(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
  const program = ts.createProgram(files, { lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [], allowImportingTsExtensions: true, noEmit: true });
  const [own, others] = [new Set(), new Set(["constructor"])];
  for (const source of program.getSourceFiles()) {
    const mine = files.includes(source.fileName) && basename(source.fileName) !== "head.ts";
    visit(source, mine ? own : others, others, files.includes(source.fileName));
  }
  return [...own].filter((name) => !others.has(name));
}

function visit(node, members, others, ours) {
  const isMember =
    ts.isPropertyDeclaration(node) || ts.isPropertySignature(node) || ts.isMethodDeclaration(node) || ts.isMethodSignature(node) ||
    ts.isGetAccessor(node) || ts.isSetAccessor(node) || (ts.isParameter(node) && node.modifiers !== undefined);
  if (isMember && ts.isIdentifier(node.name)) members.add(node.name.text);
  if (ours && ts.isStringLiteralLike(node)) others.add(node.text);
  ts.forEachChild(node, (child) => visit(child, members, others, ours));
}
