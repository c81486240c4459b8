import { isList, isObject, listOf, objectOf, textOf, type JsonObject } from '../json';

export const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;

/** Names (or numbers) of the variables of a text, in order, each once. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ''))];
}

export function componentType(component: JsonObject): string {
  return (textOf(component.type) ?? '').toUpperCase();
}

export function findComponent(components: readonly JsonObject[], type: string): JsonObject | undefined {
  return components.find((component) => componentType(component) === type);
}

export function buttonsOf(components: readonly JsonObject[]): JsonObject[] {
  return listOf(findComponent(components, 'BUTTONS')?.buttons).filter(isObject);
}

/** How many examples a text component gives, whichever of the forms it uses; null where there is none. */
export function exampleCount(component: JsonObject, positionalKey: string, namedKey: string): number | null {
  const example = objectOf(component.example);
  const named = example[namedKey];
  if (isList(named)) return named.length;
  const positional = example[positionalKey];
  if (typeof positional === 'string') return 1;
  if (!isList(positional)) return null;
  const first = positional[0];
  return isList(first) ? first.length : positional.length;
}

/** Component and button types in upper case, as Graph answers them however they were sent. */
export function normaliseComponents(components: readonly JsonObject[]): JsonObject[] {
  return components.map((component) => {
    const normal: JsonObject = { ...component, type: componentType(component) };
    if (typeof component.format === 'string') normal.format = component.format.toUpperCase();
    if (isList(component.buttons)) {
      normal.buttons = component.buttons.map((button) =>
        isObject(button) ? { ...button, type: componentType(button) } : button,
      );
    }
    if (isList(component.cards)) {
      normal.cards = component.cards.map((card) =>
        isObject(card)
          ? { ...card, components: normaliseComponents(listOf(card.components).filter(isObject)) }
          : card,
      );
    }
    return normal;
  });
}
