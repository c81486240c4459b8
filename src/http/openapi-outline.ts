import type { OpenAPIObject } from '@nestjs/swagger';

/**
 * The document as it is kept in `docs/openapi.json`: all that clients are generated from and that must not break, without
 * what repeats itself in every operation. Examples, the bodies of errors (all have one shape) and the header of the
 * request's id make two thirds of what is served.
 */
export function outlineOf(document: OpenAPIObject): OpenAPIObject {
  const outline = withoutExamples(document) as OpenAPIObject;
  for (const item of Object.values(outline.paths))
    for (const operation of [item.get, item.put, item.post, item.delete, item.patch])
      for (const [status, response] of Object.entries(operation?.responses ?? {})) {
        if (response === undefined || '$ref' in response) continue;
        delete response.headers;
        if (Number(status) >= 400) delete response.content;
      }
  return outline;
}

/** Fields of schemas may be called `example` as well: what stands under `properties` is named by us, not by OpenAPI. */
function withoutExamples(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutExamples(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => isNames || (name !== 'example' && name !== 'examples'))
      .map(([name, item]) => [name, withoutExamples(item, !isNames && name === 'properties')]),
  );
}
