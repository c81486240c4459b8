// What of a change to the API document breaks those who use the API. Answers may gain fields, values of enums and forms of
// content; requests may gain what can be left out. All else is told, in sentences that stay the same for the same change.
const methods = ['get', 'put', 'post', 'delete', 'patch'];
const lowerIsNarrower = ['maxLength', 'maximum', 'maxItems', 'maxProperties'];
const higherIsNarrower = ['minLength', 'minimum', 'minItems', 'minProperties'];

/** @returns the sentences, sorted; empty when nothing breaks */
export function breakingChanges(before, after) {
  const told = new Set();
  const compared = new Set();
  const tell = (where, what) => told.add(`${where}: ${what}`);

  for (const [address, operations] of Object.entries(before.paths)) {
    for (const method of methods) {
      if (operations[method] === undefined) continue;
      const name = `${method.toUpperCase()} ${address}`;
      const now = after.paths[address]?.[method];
      if (now === undefined) tell(name, 'is gone');
      else compareOperations(name, operations[method], now);
    }
  }
  return [...told].sort();

  function compareOperations(name, was, is) {
    if (was.operationId !== is.operationId)
      tell(name, `operationId is ${is.operationId} instead of ${was.operationId}`);
    if ((was.security ?? []).length === 0 && (is.security ?? []).length > 0) tell(name, 'needs a credential');
    compareParameters(name, was.parameters ?? [], is.parameters ?? []);
    compareBodies(name, was.requestBody, is.requestBody);
    compareAnswers(name, was.responses, is.responses);
  }

  function compareParameters(name, was, is) {
    const keyOf = (parameter) => `${parameter.in} ${parameter.name}`;
    const old = new Map(was.map((parameter) => [keyOf(parameter), parameter]));
    const present = new Map(is.map((parameter) => [keyOf(parameter), parameter]));
    for (const [key, parameter] of old) {
      const now = present.get(key);
      if (now === undefined) tell(name, `the parameter ${key} is gone`);
      else compareSchemas(parameter.schema ?? {}, now.schema ?? {}, 'request', `${name} ${parameter.name}`);
    }
    for (const [key, parameter] of present)
      if (parameter.required === true && old.get(key)?.required !== true)
        tell(name, `the parameter ${key} is required`);
  }

  function compareBodies(name, was, is) {
    if (is?.required === true && was?.required !== true) tell(name, 'the body is required');
    for (const [type, content] of Object.entries(was?.content ?? {})) {
      const now = is?.content?.[type];
      if (now === undefined) tell(name, `the body is not taken as ${type}`);
      else compareSchemas(content.schema ?? {}, now.schema ?? {}, 'request', `${name} body`);
    }
  }

  function compareAnswers(name, was, is) {
    for (const [status, response] of Object.entries(was)) {
      if (Number(status) >= 400) continue;
      if (is[status] === undefined) tell(name, `does not answer ${status}`);
      for (const [type, content] of Object.entries(response.content ?? {})) {
        const now = is[status]?.content?.[type];
        if (now === undefined) {
          if (is[status] !== undefined) tell(name, `does not answer as ${type}`);
        } else compareSchemas(content.schema ?? {}, now.schema ?? {}, 'answer', `${name} answer`);
      }
    }
  }

  function compareSchemas(wasGiven, isGiven, side, where) {
    const [was, is] = [resolve(before, wasGiven), resolve(after, isGiven)];
    const place = was.name ?? where;
    if (was.name !== undefined) {
      const key = `${side} ${was.name} ${is.name ?? where}`;
      if (compared.has(key)) return;
      compared.add(key);
    }
    compareShapes(was.schema, is.schema, side, `${side === 'request' ? 'sent' : 'answered'} ${bare(place)}`);
  }

  function compareShapes(was, is, side, where) {
    compareTypes(was, is, side, where);
    compareValues(was, is, side, where);
    compareForms(was, is, side, where);
    if (was.properties !== undefined || is.properties !== undefined) compareFields(was, is, side, where);
    if (was.items !== undefined && is.items !== undefined)
      compareSchemas(was.items, is.items, side, `${where}[]`);
    const [wasOpen, isOpen] = [was.additionalProperties, is.additionalProperties];
    if (side === 'request' && wasOpen !== undefined && wasOpen !== false && (isOpen ?? false) === false)
      tell(where, 'takes no fields of any name');
    if (typeof wasOpen === 'object' && typeof isOpen === 'object')
      compareSchemas(wasOpen, isOpen, side, `${where}.*`);
  }

  function compareTypes(was, is, side, where) {
    const [source, target] = side === 'request' ? [was.type, is.type] : [is.type, was.type];
    const fits = source === target || (source === 'integer' && target === 'number');
    if (!fits && was.type !== undefined)
      tell(where, `is of the type ${is.type ?? 'any'} instead of ${was.type}`);
    if (was.format !== is.format && (side === 'answer' || is.format !== undefined))
      tell(where, `has the format ${is.format ?? 'none'} instead of ${was.format ?? 'none'}`);
    if (side === 'request' && was.nullable === true && is.nullable !== true) tell(where, 'may not be null');
    if (side === 'answer' && was.nullable !== true && is.nullable === true) tell(where, 'may be null');
  }

  function compareValues(was, is, side, where) {
    if (side !== 'request') {
      if (was.enum !== undefined && is.enum === undefined) tell(where, 'may have any value');
      return;
    }
    if (is.enum !== undefined) {
      const lost = (was.enum ?? ['any other']).filter((value) => !is.enum.includes(value));
      if (lost.length > 0) tell(where, `does not take ${lost.join(', ')}`);
    }
    if (is.pattern !== undefined && is.pattern !== was.pattern) tell(where, `must match ${is.pattern}`);
    for (const limit of lowerIsNarrower)
      if (is[limit] !== undefined && (was[limit] === undefined || is[limit] < was[limit]))
        tell(where, `${limit} is ${is[limit]} instead of ${was[limit] ?? 'none'}`);
    for (const limit of higherIsNarrower)
      if (is[limit] !== undefined && (was[limit] === undefined || is[limit] > was[limit]))
        tell(where, `${limit} is ${is[limit]} instead of ${was[limit] ?? 'none'}`);
  }

  /** Forms are known by the names of their schemas. */
  function compareForms(was, is, side, where) {
    for (const kind of ['oneOf', 'anyOf']) {
      const present = new Map((is[kind] ?? []).map((form, index) => [form.$ref ?? index, form]));
      (was[kind] ?? []).forEach((form, index) => {
        const now = present.get(form.$ref ?? index);
        if (now !== undefined) compareSchemas(form, now, side, `${where} ${index}`);
        else if (side === 'request') tell(where, `does not take ${bare(form.$ref ?? `form ${index}`)}`);
      });
    }
  }

  function compareFields(was, is, side, where) {
    const [old, present] = [was.properties ?? {}, is.properties ?? {}];
    for (const [field, schema] of Object.entries(old)) {
      if (present[field] === undefined) tell(where, `the field ${field} is gone`);
      else compareSchemas(schema, present[field], side, `${where}.${field}`);
    }
    const [wasRequired, isRequired] = [was.required ?? [], is.required ?? []];
    if (side === 'request')
      for (const field of isRequired)
        if (!wasRequired.includes(field)) tell(where, `the field ${field} is required`);
    if (side === 'answer')
      for (const field of wasRequired)
        if (!isRequired.includes(field) && present[field] !== undefined)
          tell(where, `the field ${field} may be missing`);
  }
}

/** Follows references, and puts together what `allOf` joins (by which a reference gets a description, or may be null). */
function resolve(document, schema) {
  if (schema.$ref !== undefined)
    return { name: schema.$ref, schema: resolve(document, at(document, schema.$ref)).schema };
  if (schema.allOf === undefined) return { schema };
  const { allOf, ...rest } = schema;
  const parts = allOf.map((part) => resolve(document, part));
  const merged = parts.reduce(
    (all, { schema: part }) => ({
      ...all,
      ...part,
      properties: { ...all.properties, ...part.properties },
      required: [...(all.required ?? []), ...(part.required ?? [])],
    }),
    {},
  );
  const whole = { ...merged, ...rest };
  if (Object.keys(whole.properties).length === 0) delete whole.properties;
  // A nullable reference is a shape of its own: the schema itself may not be null elsewhere.
  const name = parts.length === 1 && parts[0].name !== undefined ? `${parts[0].name}` : undefined;
  return {
    name: name === undefined ? undefined : `${name}${rest.nullable === true ? ' or null' : ''}`,
    schema: whole,
  };
}

function at(document, reference) {
  return (
    reference
      .replace('#/', '')
      .split('/')
      .reduce((value, part) => value?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document) ?? {}
  );
}

function bare(reference) {
  return String(reference)
    .replace('#/components/schemas/', '')
    .replace(/^(sent|answered) /, '');
}
