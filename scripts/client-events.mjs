// Writes the types of live events for the TypeScript client: what src/public-events says of them, told without our own
// types. Ids are text there, and what the API document describes is taken from it by name.
import fs from 'node:fs';
import ts from 'typescript';
import { insideProject } from './project-folder.mjs';
import { Problem } from './problem.mjs';

const payloads = insideProject('src', 'public-events', 'public-event-payloads.ts');

/** @param schemas the names of the schemas that the API document has */
export function eventTypes(schemas) {
  const { config } = ts.readConfigFile(insideProject('tsconfig.json'), (file) =>
    fs.readFileSync(file, 'utf8'),
  );
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, insideProject());
  const program = ts.createProgram([payloads], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(payloads);
  const named = checker
    .getExportsOfModule(checker.getSymbolAtLocation(source))
    .find(({ name }) => name === 'PublicEventPayloads');
  const events = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(named));
  const write = writer({ checker, source, schemas });
  const lines = events.map(
    (event) => `  '${event.name}': ${write(checker.getTypeOfSymbolAtLocation(event, source), 1)};`,
  );
  return `// Made by npm run client:build from src/public-events; changes are lost.
import type { components } from './schema.js';

/** The \`data\` of each live event. */
export interface LiveEventData {
${lines.join('\n')}
}
`;
}

function writer({ checker, source, schemas }) {
  const isText = (type) => (type.flags & ts.TypeFlags.StringLike) !== 0;
  const write = (type, depth) => {
    if (type.flags & ts.TypeFlags.Any) throw new Problem('An event has a field of the type any.');
    if (type.flags & ts.TypeFlags.BooleanLike && !type.isUnion()) return checker.typeToString(type);
    if (type.isUnion()) return union(type, depth);
    if (type.isIntersection() && type.types.some(isText)) return 'string'; // an id with a brand
    if (!(type.flags & ts.TypeFlags.Object) && !type.isIntersection()) return checker.typeToString(type);
    if (type.symbol?.name === 'Date') return 'string';
    if (type.symbol?.name.endsWith('Dto')) return reference(type.symbol.name);
    if (checker.isArrayType(type)) {
      const item = write(checker.getTypeArguments(type)[0], depth);
      return /^[\w[\]'".]+$/.test(item) ? `${item}[]` : `(${item})[]`;
    }
    return object(type, depth);
  };
  const reference = (name) => {
    if (!schemas.has(name))
      throw new Problem(`An event has a ${name}, which the API document does not know.`);
    return `components['schemas']['${name}']`;
  };
  const union = (type, depth) => {
    const parts = type.types.map((part) => write(part, depth));
    const written = [...new Set(parts)].map((part) => (part === 'false' ? 'boolean' : part));
    return [...new Set(written)]
      .filter((part) => part !== 'true' || !written.includes('boolean'))
      .join(' | ');
  };
  const object = (type, depth) => {
    const [index] = checker.getIndexInfosOfType(type);
    const indent = '  '.repeat(depth + 1);
    const fields = checker.getPropertiesOfType(type).map((field) => {
      const isOptional = (field.flags & ts.SymbolFlags.Optional) !== 0;
      const comment = ts.displayPartsToString(field.getDocumentationComment(checker)).replaceAll('\n', ' ');
      const value = checker.getTypeOfSymbolAtLocation(field, source);
      const told = write(isOptional ? withoutUndefined(value) : value, depth + 1);
      return `${comment === '' ? '' : `${indent}/** ${comment} */\n`}${indent}${field.name}${isOptional ? '?' : ''}: ${told};`;
    });
    if (index !== undefined) fields.push(`${indent}[name: string]: ${write(index.type, depth + 1)};`);
    return fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('\n')}\n${'  '.repeat(depth)}}`;
  };
  const withoutUndefined = (type) =>
    type.isUnion() && type.types.some(({ flags }) => flags & ts.TypeFlags.Undefined)
      ? checker.getNonNullableType(type) === type ||
        !type.types.some(({ flags }) => flags & ts.TypeFlags.Null)
        ? checker.getNonNullableType(type)
        : type
      : type;
  return write;
}
