import { jpegShape } from './jpeg-shape';

const START = Buffer.from('ffd8', 'hex');
const JFIF = Buffer.from('ffe000104a46494600010100000100010000', 'hex');
const frame = (width: number, height: number, marker = 0xc0): Buffer => {
  const bytes = Buffer.from('ffc0001108000000000301220002110103110100', 'hex');
  bytes.writeUInt8(marker, 1);
  bytes.writeUInt16BE(height, 5);
  bytes.writeUInt16BE(width, 7);
  return bytes;
};
/** An Exif part with one entry. */
const exif = (orientation: number, order: 'II' | 'MM'): Buffer => {
  const tiff = Buffer.alloc(22);
  tiff.write(order, 0, 'latin1');
  const isLittle = order === 'II';
  const short = (value: number, at: number) =>
    isLittle ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
  short(42, 2);
  if (isLittle) tiff.writeUInt32LE(8, 4);
  else tiff.writeUInt32BE(8, 4);
  short(1, 8);
  short(0x0112, 10);
  short(3, 12);
  short(orientation, 18);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from('ffe10000', 'hex');
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

describe('the shape of a JPEG', () => {
  it('stands in its frame, behind whatever comes before', () => {
    expect(jpegShape(Buffer.concat([START, JFIF, frame(1_080, 1_350)]))).toEqual({
      width: 1_080,
      height: 1_350,
    });
    // Progressive, and fill bytes before a marker.
    const fill = Buffer.from('ff', 'hex');
    expect(jpegShape(Buffer.concat([START, JFIF, fill, frame(800, 600, 0xc2)]))).toEqual({
      width: 800,
      height: 600,
    });
  });

  it('is the one that it is shown in, turned as Exif says', () => {
    for (const order of ['II', 'MM'] as const) {
      const turned = Buffer.concat([START, exif(6, order), frame(4_000, 3_000)]);
      expect(jpegShape(turned)).toEqual({ width: 3_000, height: 4_000 });
      const upright = Buffer.concat([START, exif(1, order), frame(4_000, 3_000)]);
      expect(jpegShape(upright)).toEqual({ width: 4_000, height: 3_000 });
    }
  });

  it('is not known of anything else, or of what breaks off', () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('89504e470d0a1a0a', 'hex'),
      Buffer.concat([START, JFIF]),
      Buffer.concat([START, frame(0, 0)]),
      Buffer.concat([START, Buffer.from('ffda0002ffffffffffffffff', 'hex')]),
      Buffer.concat([START, Buffer.from('ffe1fff0457869660000', 'hex')]),
      Buffer.concat([START, exif(6, 'II').subarray(0, 20)]),
    ])
      expect(jpegShape(bytes)).toBeNull();
  });
});
