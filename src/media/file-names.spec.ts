import { cleanFileName, contentDisposition, fileNameFrom } from './file-names';

describe('a name', () => {
  it.each([
    ['invoice.pdf', 'invoice.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['a\r\nSet-Cookie: x', 'aSet-Cookie: x'],
    ['photo\u202Egpj.exe', 'photogpj.exe'],
    ['  .hidden. ', 'hidden'],
    ['', null],
    ['...', null],
    [null, null],
    ['x'.repeat(500), 'x'.repeat(240)],
  ])('%j is kept as %j', (given, kept) => {
    expect(cleanFileName(given)).toBe(kept);
  });

  it.each([
    [`attachment; filename="a.pdf"; filename*=UTF-8''%C3%BCber.pdf`, 'über.pdf'],
    ['attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'],
    ['attachment; filename=plain.pdf', 'plain.pdf'],
    [`attachment; filename*=UTF-8''%E0%A4%A; filename=x.pdf`, 'x.pdf'],
    ['attachment', 'a b.jpg'],
    [undefined, 'a b.jpg'],
  ])('%j of a server gives %j', (header, name) => {
    expect(fileNameFrom(header, new URL('https://example.com/x/a%20b.jpg?c=d'))).toBe(name);
  });

  it('goes into a header whole, and cannot leave it', () => {
    expect(contentDisposition('inline', 'Größe "1" (a).pdf')).toBe(
      `inline; filename="Gr__e _1_ (a).pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22%20%28a%29.pdf`,
    );
    expect(contentDisposition('attachment', null)).toBe('attachment');
    expect(contentDisposition('attachment', 'a\r\nx: y')).not.toMatch(/[\r\n]/);
  });
});
