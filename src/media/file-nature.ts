import { filetypeinfo } from 'magic-bytes.js';

/** How much of a file's beginning tells what it is. */
export const HEAD_BYTES = 4_096;

/** What the first bytes of a file show, whatever it is called. */
export interface FileNature {
  /** MIME types that it may be of, the likeliest first. Empty: the bytes tell nothing. */
  types: readonly string[];
  /** Something that runs where it is opened: a page with scripts, a program. */
  runs: 'page' | 'program' | null;
  /** UTF-8 without control characters, as far as was looked. */
  isText: boolean;
}

const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'audio/mp3': 'audio/mpeg',
  'audio/x-mpeg': 'audio/mpeg',
  'audio/m4a': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/x-aac': 'audio/aac',
  'audio/aacp': 'audio/aac',
  'audio/opus': 'audio/ogg',
  'video/3gp': 'video/3gpp',
  'application/x-pdf': 'application/pdf',
  'application/x-zip-compressed': 'application/zip',
};

/** A MIME type in small letters, without parameters, under its usual name; null for what is none or says nothing. */
export function normalType(told: string | null | undefined): string | null {
  const type = (told ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!/^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/.test(type)) return null;
  if (type === 'application/octet-stream' || type === 'binary/octet-stream') return null;
  return ALIASES[type] ?? type;
}

export function natureOf(head: Uint8Array): FileNature {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength).subarray(0, HEAD_BYTES);
  const text = textOf(bytes);
  const program = programOf(bytes, text);
  if (program !== null) return { types: [program], runs: 'program', isText: text !== null };
  const page = text === null ? null : pageOf(text);
  if (page !== null) return { types: [page], runs: 'page', isText: true };
  return { types: typesOf(bytes, text), runs: null, isText: text !== null };
}

/** Whether a file may be what somebody called it. What the bytes do not tell is believed. */
export function agrees(told: string, { types, runs, isText: isReadable }: FileNature): boolean {
  if (types.includes(told)) return true;
  if (runs !== null) return false;
  if (types.includes('application/zip') && told.startsWith('application/')) return true;
  if (types.includes('application/msword') && /^application\/(?:vnd\.ms-|x-)/.test(told)) return true;
  if (types.includes('application/xml') && /(?:\/|\+)xml$/.test(told)) return told !== 'image/svg+xml';
  if (isReadable) return !isRecognisable(told);
  return types.length === 0 && !isRecognisable(told) && !told.startsWith('text/');
}

/** Files of these types always begin in a way that is known. */
function isRecognisable(type: string): boolean {
  return /^(?:image|audio|video)\//.test(type) || RECOGNISABLE.has(type);
}

const RECOGNISABLE = new Set([
  'application/pdf',
  'application/zip',
  'application/gzip',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'text/html',
  'application/xhtml+xml',
]);

/** What may begin with nothing but readable characters. Words begin like many a file: `BM`, `ID3`, even `G`. */
const READABLE_TYPES = new Set(['application/pdf', 'application/rtf', 'application/xml', 'application/json']);

function typesOf(bytes: Buffer, text: string | null): string[] {
  const own = text === null ? ownSignature(bytes) : null;
  if (own !== null) return own;
  const guesses = filetypeinfo(bytes)
    .flatMap(({ mime }) => normalType(mime) ?? [])
    .filter((type) => text === null || READABLE_TYPES.has(type))
    // The library needs no more for it than one byte.
    .filter((type) => type !== 'video/mpeg' || isMpegStream(bytes));
  return [...new Set(guesses)];
}

function isMpegStream(bytes: Buffer): boolean {
  const isProgramStream = bytes.length >= 4 && bytes.readUInt32BE(0) === 0x000001ba;
  return isProgramStream || (bytes[0] === 0x47 && bytes[188] === 0x47);
}

/** Containers of which the inside decides, and what the library does not know. */
function ownSignature(bytes: Buffer): string[] | null {
  const at = (offset: number, text: string): boolean =>
    bytes.subarray(offset, offset + text.length).toString('latin1') === text;
  if (at(0, '#!AMR')) return ['audio/amr'];
  if (at(0, 'OggS')) {
    // WhatsApp plays OGG only where OPUS is in it.
    return bytes.subarray(0, 64).includes('OpusHead') ? ['audio/ogg'] : ['application/ogg', 'video/ogg'];
  }
  if (at(4, 'ftyp')) return isoMediaTypes(bytes.subarray(8, 12).toString('latin1'));
  return null;
}

function isoMediaTypes(brand: string): string[] {
  if (/^M4[AB] $/.test(brand)) return ['audio/mp4'];
  if (brand.startsWith('3g')) return ['video/3gpp', 'audio/3gpp'];
  if (brand === 'qt  ') return ['video/quicktime'];
  if (/^(?:hei|hev|mif1|msf1)/.test(brand)) return ['image/heic', 'image/heif'];
  if (/^avi[fs]$/.test(brand)) return ['image/avif'];
  return ['video/mp4', 'audio/mp4'];
}

const PROGRAMS: readonly (readonly [string, string])[] = [
  ['4d5a', 'application/x-msdownload'],
  ['7f454c46', 'application/x-executable'],
  ['feedface', 'application/x-mach-binary'],
  ['feedfacf', 'application/x-mach-binary'],
  ['cefaedfe', 'application/x-mach-binary'],
  ['cffaedfe', 'application/x-mach-binary'],
  ['cafebabe', 'application/java-vm'],
  ['6465780a', 'application/vnd.android.dex'],
  ['4c00000001140200', 'application/x-ms-shortcut'],
];

function programOf(bytes: Buffer, text: string | null): string | null {
  if (text !== null) return /^#! ?\//.test(text) ? 'text/x-shellscript' : null;
  const start = bytes.subarray(0, 8).toString('hex');
  const known = PROGRAMS.find(([signature]) => start.startsWith(signature));
  if (known !== undefined) return known[1];
  // With a binary part behind the script, as installers have.
  return /^#! ?\//.test(bytes.subarray(0, 16).toString('latin1')) ? 'text/x-shellscript' : null;
}

const PAGE_TAGS =
  /^<(?:!doctype html|html|head|body|script|iframe|style|title|table|div|font|base|meta|link|h1|a|b|p|br)[\s>/]/i;

/** What browsers take for a page, after the WHATWG's rules for sniffing, and XML that they run scripts of. */
function pageOf(text: string): string | null {
  const start = text.trimStart();
  const withoutComments = start.replace(/^(?:(?:<!--.*?-->|<\?.*?\?>|<!doctype svg.*?>)\s*)+/is, '');
  if (/^<svg[\s>]/i.test(withoutComments)) return 'image/svg+xml';
  if (PAGE_TAGS.test(withoutComments) || start.startsWith('<!--')) return 'text/html';
  const isXml = start.slice(0, 5).toLowerCase() === '<?xml';
  return isXml && /<(?:\w+:)?(?:html|svg|script)[\s>]/i.test(start) ? 'application/xhtml+xml' : null;
}

/** UTF-8, or UTF-16 with its mark, without control characters; null for anything else. */
function textOf(bytes: Buffer): string | null {
  if (bytes.length === 0) return null;
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
  // A character may be cut in two where the head ends.
  const text = new TextDecoder(encoding).decode(bytes, { stream: true });
  return /[^\P{Cc}\t\n\f\r]|\uFFFD/u.test(text) ? null : text;
}
