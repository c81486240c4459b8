import { isRecord, textAt } from '../meta-values';
import { type MetaPoint, NO_POINT } from './meta-figure';

/**
 * The points of an answer about a WhatsApp Business Account, wherever Meta puts them: in `field.data_points`, in
 * `field.data[].data_points`, or, as one of its examples has it, in `data[].data_points` beside the field. A point that cannot be
 * read is left out, and the others are not lost with it. Without the field there are none: Meta leaves out what is empty.
 */
export function pointsOf(answer: unknown, field: string): MetaPoint[] {
  const inside = isRecord(answer) ? answer[field] : undefined;
  const points = listsOf(inside).flat();
  return (points.length > 0 ? points : listsOf(answer).flat()).flatMap(pointOf);
}

function listsOf(holder: unknown): unknown[][] {
  if (!isRecord(holder)) return [];
  const data: unknown[] = Array.isArray(holder.data) ? holder.data : [];
  const parts: unknown[] = [holder, ...data];
  return parts.flatMap((part) =>
    isRecord(part) && Array.isArray(part.data_points) ? [part.data_points] : [],
  );
}

function pointOf(point: unknown): MetaPoint[] {
  const [start, end] = [numberAt(point, 'start'), numberAt(point, 'end')];
  if (start === null || end === null || end <= start) return [];
  return [
    {
      ...NO_POINT,
      startAt: new Date(start * 1_000),
      endAt: new Date(end * 1_000),
      phoneNumber: digitsOf(textAt(point, 'phone_number') ?? textAt(point, 'phone') ?? ''),
      country: (textAt(point, 'country') ?? '').toUpperCase(),
      category: wordAt(point, 'pricing_category', 'conversation_category'),
      type: wordAt(point, 'pricing_type', 'conversation_type'),
      direction: wordAt(point, 'conversation_direction'),
      tier: textAt(point, 'tier') ?? '',
      sent: numberAt(point, 'sent'),
      delivered: numberAt(point, 'delivered'),
      volume: numberAt(point, 'volume') ?? numberAt(point, 'conversation'),
      cost: numberAt(point, 'cost'),
    },
  ];
}

/** As webhooks write them, which are in lower case. */
function wordAt(point: unknown, ...keys: string[]): string {
  const found = keys.map((key) => textAt(point, key)).find((text) => text !== undefined);
  return (found ?? '').toLowerCase();
}

function numberAt(value: unknown, key: string): number | null {
  const found = Number(textAt(value, key) ?? NaN);
  return Number.isFinite(found) ? found : null;
}

export function digitsOf(phoneNumber: string): string {
  return phoneNumber.replace(/\D/g, '');
}
