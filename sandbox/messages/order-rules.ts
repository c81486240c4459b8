import { invalid, missing, requireText } from './interactive-parts';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from '../json';

const AT = "['action']['parameters']";
const GOODS = ['digital-goods', 'physical-goods'];
const STATUSES = [
  'pending',
  'processing',
  'partially-shipped',
  'partially_shipped',
  'shipped',
  'completed',
  'canceled',
];

/** A bill to pay. Its sums must agree, and it can be sent once for each `reference_id`. */
export function checkOrderDetails(_interactive: JsonObject, action: JsonObject): void {
  const parameters = objectOf(action.parameters);
  checkReference(parameters);
  const goods = requireText(parameters.type, `${AT}['type']`, 20);
  if (!GOODS.includes(goods)) throw invalid(`interactive${AT}['type'] must be one of ${GOODS.join(', ')}.`);
  if (!/^[A-Z]{3}$/.test(requireText(parameters.currency, `${AT}['currency']`, 3)))
    throw invalid('The currency must be a code of three letters.');
  const order = parameters.order;
  if (!isObject(order)) throw missing(`${AT}['order']`);
  if (textOf(order.status) !== 'pending') throw invalid('The status of a new order must be pending.');
  const items = listOf(order.items).filter(isObject);
  if (items.length === 0) throw missing(`${AT}['order']['items']`);
  const sum = items
    .map((item) => amountOf(item.sale_amount ?? item.amount, 'items amount') * quantityOf(item))
    .reduce((total, amount) => total + amount, 0);
  const subtotal = amountOf(order.subtotal, 'subtotal');
  if (subtotal !== sum) throw invalid('The subtotal must be the sum of the items.');
  const total =
    subtotal +
    optional(order.tax, 'tax') +
    optional(order.shipping, 'shipping') -
    optional(order.discount, 'discount');
  if (amountOf(parameters.total_amount, 'total_amount') !== total)
    throw invalid('The total_amount must be subtotal + tax + shipping - discount.');
}

export function checkOrderStatus(_interactive: JsonObject, action: JsonObject): void {
  const parameters = objectOf(action.parameters);
  checkReference(parameters);
  const status = requireText(objectOf(parameters.order).status, `${AT}['order']['status']`, 40);
  if (!STATUSES.includes(status)) throw invalid(`The order status must be one of ${STATUSES.join(', ')}.`);
}

function checkReference(parameters: JsonObject): void {
  const reference = requireText(parameters.reference_id, `${AT}['reference_id']`, 35);
  if (!/^[\w.-]+$/.test(reference)) throw invalid('The reference_id takes letters, digits, _, - and . only.');
}

function quantityOf(item: JsonObject): number {
  requireText(item.name, `${AT}['order']['items']['name']`, 60);
  const quantity = numberOf(item.quantity) ?? 0;
  if (!Number.isInteger(quantity) || quantity < 1)
    throw invalid('The quantity of an item must be 1 or more.');
  return quantity;
}

function optional(amount: JsonObject[string], name: string): number {
  return amount === undefined || amount === null ? 0 : amountOf(amount, name);
}

/** Hundredths, with the offset written beside them. */
function amountOf(amount: JsonObject[string], name: string): number {
  if (!isObject(amount)) throw missing(`${AT}['${name}']`);
  const value = numberOf(amount.value);
  if (value === undefined || !Number.isInteger(value) || value < 0)
    throw invalid(`The ${name} must be a whole number that is not negative.`);
  if (numberOf(amount.offset) !== 100) throw invalid(`The offset of ${name} must be 100.`);
  return value;
}
