/** How wide and high a picture is shown, in pixels. */
export interface PictureShape {
  width: number;
  height: number;
}

const EXIF = Buffer.from('Exif\0\0', 'latin1');
const ORIENTATION = 0x0112;

/**
 * The shape that a JPEG is shown in, turned as its Exif part says.
 * @param head its beginning: the shape stands behind previews and colour profiles, usually within 100 KB
 * @returns null where it is not in there
 */
export function jpegShape(head: Uint8Array): PictureShape | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  let isTurned = false;
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes.readUInt8(at) !== 0xff) return null;
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill bytes are allowed before a marker
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (marker === 0xe1) isTurned = isTurnedBy(bytes.subarray(at + 4, at + 2 + length)) || isTurned;
    if (isFrame(marker)) {
      const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
      if (width === 0 || height === 0) return null;
      return isTurned ? { width: height, height: width } : { width, height };
    }
    if (marker === 0xda || length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** SOF0 to SOF15 without the three among them that are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Orientations 5 to 8 lie on their side. */
function isTurnedBy(segment: Buffer): boolean {
  if (!segment.subarray(0, EXIF.length).equals(EXIF)) return false;
  const tiff = segment.subarray(EXIF.length);
  if (tiff.length < 8) return false;
  const isLittle = tiff.readUInt16BE(0) === 0x4949;
  const short = (at: number): number =>
    at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let entry = 0; entry < short(directory); entry += 1) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > tiff.length) return false;
    if (short(at) === ORIENTATION) return short(at + 8) >= 5 && short(at + 8) <= 8;
  }
  return false;
}
