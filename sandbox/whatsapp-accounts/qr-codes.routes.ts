import { randomInt } from 'node:crypto';

import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter, unknownField } from '../graph/graph-error';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import { pathContext, type AuthenticatedRequest, type GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { listPage } from '../graph/paging';
import type { PhoneRecord } from '../world';
import type { QrCode } from './whatsapp-records';

const CODES_PER_NUMBER = 2000;
const LONGEST_MESSAGE = 140;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CODE_LENGTH = 14;
const IMAGE_PATH = 'whatsapp_business/qr';
/** The smallest image that is one: what is drawn does not matter to anybody here. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
);

/** QR codes and short links that open a chat with a message filled in. */
export function registerQrCodes(router: GraphRouter, context: SandboxContext): void {
  router.on('GET', 'phone', 'message_qrdls', (phone, request, [code]) => {
    if (code !== undefined) return { data: [view(found(phone, code), fieldsOf(request), request)] };
    const fields = fieldsOf(request);
    return listPage([...phone.qrCodes.values()], pathContext(request), {
      path: `/${phone.id}/message_qrdls`,
      keyOf: (item) => item.code,
      render: (item) => view(item, fields, request),
    });
  });
  router.on('POST', 'phone', 'message_qrdls', (phone, request, [inPath]) => {
    const code = inPath ?? textOf(request.params.code);
    return code === undefined ? create(phone, request) : update(found(phone, code), request);
  });
  router.on('DELETE', 'phone', 'message_qrdls', (phone, { params }, [inPath]) => {
    const code = inPath ?? textOf(params.code);
    if (code === undefined) throw missingParameter('code');
    phone.qrCodes.delete(found(phone, code).code);
    return { success: true };
  });
  router.root('GET', IMAGE_PATH, (request) => image(context, request));
}

const FIELDS = ['code', 'prefilled_message', 'deep_link_url', 'qr_image_url', 'creation_time'];

/** `qr_image_url.format(SVG)` and plain names; without any the image is left out of lists. */
function fieldsOf(request: AuthenticatedRequest): string[] | undefined {
  const names = pathContext(request).children?.map(({ name }) => name);
  const unknown = names?.find((name) => !FIELDS.includes(name) && name !== 'id');
  if (unknown !== undefined) throw unknownField(unknown, 'WhatsAppBusinessQRCode');
  return names;
}

function view(item: QrCode, fields: string[] | undefined, request: GraphRequest): JsonObject {
  const all: JsonObject = {
    code: item.code,
    prefilled_message: item.prefilledMessage,
    deep_link_url: `https://wa.me/message/${item.code}`,
  };
  if (!fields) return all;
  if (fields.includes('qr_image_url'))
    all.qr_image_url = imageUrl(item.code, item.imageFormat ?? 'SVG', request);
  return Object.fromEntries(Object.entries(all).filter(([name]) => name === 'code' || fields.includes(name)));
}

function imageUrl(code: string, format: string, request: GraphRequest): string {
  return `${request.baseUrl}/${IMAGE_PATH}?code=${code}&format=${format}`;
}

function create(phone: PhoneRecord, request: AuthenticatedRequest): JsonObject {
  const message = messageOf(request.params);
  const wanted = textOf(request.params.generate_qr_image)?.toUpperCase();
  if (wanted !== undefined && wanted !== 'SVG' && wanted !== 'PNG') {
    throw invalidParameter('Param generate_qr_image must be one of {SVG, PNG}');
  }
  if (phone.qrCodes.size >= CODES_PER_NUMBER) {
    throw invalidParameter(`A phone number may have ${CODES_PER_NUMBER} QR codes.`);
  }
  const item: QrCode = { code: newCode(), prefilledMessage: message, imageFormat: wanted ?? null };
  phone.qrCodes.set(item.code, item);
  return {
    ...view(item, undefined, request),
    ...(wanted !== undefined && { qr_image_url: imageUrl(item.code, wanted, request) }),
  };
}

function update(item: QrCode, request: AuthenticatedRequest): JsonObject {
  item.prefilledMessage = messageOf(request.params);
  return view(item, undefined, request);
}

function messageOf(params: JsonObject): string {
  const message = textOf(params.prefilled_message);
  if (message === undefined || message === '') throw missingParameter('prefilled_message');
  if (message.length > LONGEST_MESSAGE) {
    throw invalidParameter(`Param prefilled_message must be at most ${LONGEST_MESSAGE} characters long.`);
  }
  return message;
}

function newCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)] ?? 'A').join('');
}

/** The code for one that does not exist is not documented. */
function found(phone: PhoneRecord, code: string): QrCode {
  const item = phone.qrCodes.get(code);
  if (!item) throw new GraphError(100, `(#100) The QR code ${code} does not exist.`, { subcode: 33 });
  return item;
}

/** Needs no token: the picture is made for printing. */
function image(context: SandboxContext, { params }: GraphRequest): GraphReply {
  const code = textOf(params.code) ?? '';
  const exists = context.world.all('phone').some((phone) => phone.qrCodes.has(code));
  if (!exists) return new GraphReply(404, '', { 'content-type': 'text/plain' });
  if (textOf(params.format) === 'PNG') return new GraphReply(200, PNG, { 'content-type': 'image/png' });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><title>${code}</title></svg>`;
  return new GraphReply(200, svg, { 'content-type': 'image/svg+xml' });
}
