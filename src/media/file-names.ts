const LONGEST_NAME = 240;

/** A name that people gave a file, fit to be shown and to be written into a header; null when nothing is left of it. */
export function cleanFileName(name: string | null | undefined): string | null {
  const last = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  // Control characters, and those that turn the order of others around to hide a file's ending.
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\p{Surrogate}]/gu, '')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .slice(0, LONGEST_NAME);
  return clean === '' ? null : clean;
}

/** What a server calls a file, else the end of the address. */
export function fileNameFrom(contentDisposition: string | undefined, url: URL): string | null {
  const extended = /;\s*filename\*\s*=\s*utf-8''([^;]+)/i.exec(contentDisposition ?? '')?.[1];
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(contentDisposition ?? '');
  const inHeader = decoded(extended) ?? plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2];
  return cleanFileName(inHeader ?? decoded(url.pathname.split('/').at(-1)));
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}

/** `Content-Disposition` after RFC 6266: the name in ASCII, and once more with all of its characters. */
export function contentDisposition(kind: 'inline' | 'attachment', fileName: string | null): string {
  const name = cleanFileName(fileName);
  if (name === null) return kind;
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
