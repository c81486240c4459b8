import { agrees, natureOf, normalType } from './file-nature';

const of = (text: string): Buffer => Buffer.from(text.padEnd(64, '\0'), 'latin1');
const text = (value: string): Buffer => Buffer.from(value, 'utf8');

describe('what a file is', () => {
  it.each([
    ['image/jpeg', of('\xff\xd8\xff\xe0\x00\x10JFIF')],
    ['image/png', of('\x89PNG\r\n\x1a\n')],
    ['image/gif', of('GIF89a')],
    ['image/webp', of('RIFF\x10\x00\x00\x00WEBPVP8 ')],
    ['video/mp4', of('\x00\x00\x00\x20ftypisom')],
    ['audio/mp4', of('\x00\x00\x00\x20ftypM4A ')],
    ['video/3gpp', of('\x00\x00\x00\x20ftyp3gp4')],
    ['video/quicktime', of('\x00\x00\x00\x14ftypqt  ')],
    ['image/heic', of('\x00\x00\x00\x18ftypheic')],
    ['audio/mpeg', of('ID3\x03\x00')],
    ['audio/aac', of('\xff\xf1\x50\x80')],
    ['audio/amr', of('#!AMR\n')],
    ['audio/ogg', of('OggS\x00\x02' + '\0'.repeat(22) + 'OpusHead')],
    ['application/ogg', of('OggS\x00\x02' + '\0'.repeat(22) + '\x01vorbis')],
    ['application/pdf', of('%PDF-1.7')],
    ['application/zip', of('PK\x03\x04')],
    ['application/msword', of('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
  ])('%s shows in its first bytes', (type, bytes) => {
    expect(natureOf(bytes)).toMatchObject({ types: expect.arrayContaining([type]) as unknown, runs: null });
  });

  it.each([
    ['<!DOCTYPE html><html>', 'text/html'],
    ['\uFEFF  \n<html lang="en">', 'text/html'],
    ['<!-- a comment -->\n<HTML>', 'text/html'],
    ['<script>alert(1)</script>', 'text/html'],
    ['<!-- only a comment', 'text/html'],
    ['<svg xmlns="http://www.w3.org/2000/svg">', 'image/svg+xml'],
    ['<?xml version="1.0"?><!-- x --><svg>', 'image/svg+xml'],
    ['<?xml version="1.0"?><x:html xmlns:x="http://www.w3.org/1999/xhtml">', 'application/xhtml+xml'],
  ])('%j is something that browsers run', (content, type) => {
    expect(natureOf(text(content))).toEqual({ types: [type], runs: 'page', isText: true });
  });

  it.each([
    ['MZ\x90\x00', 'application/x-msdownload'],
    ['\x7fELF\x02', 'application/x-executable'],
    ['\xcf\xfa\xed\xfe', 'application/x-mach-binary'],
    ['\xca\xfe\xba\xbe', 'application/java-vm'],
    ['#!/bin/sh\nrm -rf /', 'text/x-shellscript'],
    ['#! /usr/bin/env python', 'text/x-shellscript'],
  ])('%j is a program', (content, type) => {
    expect(natureOf(of(content))).toMatchObject({ types: [type], runs: 'program' });
  });

  it('text is what has no control characters, also where a character is cut in two', () => {
    expect(natureOf(text('Größe: 5 €\tok\r\n'))).toEqual({ types: [], runs: null, isText: true });
    for (const words of [
      'Guten Tag',
      'BMW',
      'MZ',
      'ID3 tags',
      'GIF89a',
      'PK',
      '[draft',
      'OggS',
      'xxxxftypisom',
    ])
      expect([words, natureOf(text(`${words} and so on`))]).toEqual([
        words,
        { types: words === '[draft' ? ['application/json'] : [], runs: null, isText: true },
      ]);
    expect(natureOf(Buffer.from('\uFEFFa;b\r\n', 'utf16le'))).toMatchObject({ isText: true, runs: null });
    expect(natureOf(Buffer.from('\uFEFF<html>', 'utf16le'))).toMatchObject({ runs: 'page' });
    expect(natureOf(text('€').subarray(0, 2))).toMatchObject({ isText: true });
    expect(natureOf(Buffer.from([0x61, 0x00]))).toMatchObject({ isText: false });
    expect(natureOf(Buffer.from([0xff, 0x61, 0x61]))).toMatchObject({ isText: false });
    expect(natureOf(Buffer.alloc(0))).toEqual({ types: [], runs: null, isText: false });
  });
});

describe('a file may be', () => {
  const jpeg = natureOf(of('\xff\xd8\xff\xe0'));
  const zip = natureOf(of('PK\x03\x04'));
  const words = natureOf(text('a,b\n1,2\n'));
  const page = natureOf(text('<html>'));
  const noise = natureOf(Buffer.from([1, 2, 3, 4]));
  it.each([
    ['image/jpeg', jpeg],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', zip],
    ['application/vnd.ms-excel', natureOf(of('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'))],
    ['text/csv', words],
    ['text/csv', natureOf(Buffer.from('\uFEFFa;b', 'utf16le'))],
    ['application/x-custom', natureOf(Buffer.from([0x47, 1, 2, 3]))],
    ['text/plain', natureOf(text('[a] {b}'))],
    ['application/json', words],
    ['text/calendar', words],
    ['text/html', page],
    ['application/x-custom', noise],
    ['audio/mp4', natureOf(of('\x00\x00\x00\x20ftypisom'))],
  ])('%s', (told, nature) => {
    expect(agrees(told, nature)).toBe(true);
  });
  it.each([
    ['image/png', jpeg],
    ['application/pdf', jpeg],
    ['text/plain', jpeg],
    ['image/jpeg', words],
    ['application/pdf', words],
    ['text/plain', page],
    ['image/jpeg', page],
    ['image/jpeg', noise],
    ['text/plain', noise],
    ['image/jpeg', zip],
    ['application/octet-stream', natureOf(of('MZ\x90\x00'))],
  ])('nothing else: %s', (told, nature) => {
    expect(agrees(told, nature)).toBe(false);
  });
});

describe('a type that somebody tells', () => {
  it.each([
    ['image/JPEG; q=1', 'image/jpeg'],
    ['image/jpg', 'image/jpeg'],
    ['audio/opus', 'audio/ogg'],
    ['audio/ogg; codecs=opus', 'audio/ogg'],
    ['application/octet-stream', null],
    ['', null],
    ['nonsense', null],
    [undefined, null],
    ['a/b/c', null],
  ])('%j is %j', (told, type) => {
    expect(normalType(told)).toBe(type);
  });
});
