import { IsIn, IsInt, IsString } from 'class-validator';
import { EmailField, IfPresent, NameField, NestedArray, NestedObject } from './body-fields';
import { CursorPageQuery, OffsetPageQuery, OffsetPaginationDto } from './page.dto';
import { QueryBoolean, QueryInt, QueryList } from './query-fields';
import { DtoValidationPipe } from './validation.pipe';

class Inner {
  @IsString() text!: string;
}
class Body {
  @NameField() name!: string;
  @IfPresent() @EmailField() email?: string;
  @IfPresent() @IsInt() count?: number;
  @IfPresent() @NestedObject(() => Inner) inner?: Inner;
  @IfPresent() @NestedArray(() => Inner) list?: Inner[];
}
class Query extends CursorPageQuery {
  @IfPresent() @QueryInt() n?: number;
  @IfPresent() @QueryBoolean() flag?: boolean;
  @IfPresent() @QueryList() @IsIn(['sent', 'read'], { each: true }) metrics?: string[];
}
class Empty {
  /** Not a field: nothing validates it. */ note?: string;
}

describe('DtoValidationPipe', () => {
  const pipe = new DtoValidationPipe();
  const body = (value: unknown, metatype: new () => object = Body) =>
    pipe.transform(value, { type: 'body', metatype });
  const query = (value: unknown) => pipe.transform(value, { type: 'query', metatype: Query });
  const pathsOf = async (result: Promise<unknown>): Promise<string[]> => {
    const error: unknown = await result.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (typeof error !== 'object' || error === null || !('details' in error)) return [];
    return (error.details as { fields: { path: string }[] }).fields.map(({ path }) => path);
  };

  it('makes the DTO, with trimmed names and lower-case addresses', async () => {
    const dto = await body({
      name: ' Ada ',
      email: ' A@Example.com',
      inner: { text: 'x' },
      list: [{ text: 'y' }],
    });
    expect(dto).toBeInstanceOf(Body);
    expect(dto).toEqual({ name: 'Ada', email: 'a@example.com', inner: { text: 'x' }, list: [{ text: 'y' }] });
  });

  it.each<[unknown, string[]]>([
    [undefined, ['name']],
    [null, ['name']],
    [{ name: 'x', count: '1' }, ['count']],
    [{ name: 'x', count: 1.5 }, ['count']],
    [{ name: 'x', inner: 'text' }, ['inner']],
    [{ name: 'x', inner: [{ text: 'x' }] }, ['inner']],
    [{ name: 'x', inner: { text: 1 } }, ['inner.text']],
    [{ name: 'x', list: { text: 'x' } }, ['list']],
    [{ name: 'x', list: [{ text: 'x' }, { more: 1 }] }, ['list.1.more', 'list.1.text']],
    [{ name: 'x', list: [null] }, ['list.0']],
    [{ name: 'x', extra: {} }, ['extra']],
    [{ name: 'x', inner: { text: 'x', valueOf: 1 } }, ['inner.valueOf']],
    [{ name: 'x', email: 'a@b@c' }, ['email']],
    [{ name: { toString: 'x' } }, ['name.toString']],
  ])('refuses %j', async (value, paths) => {
    expect(new Set(await pathsOf(body(value)))).toEqual(new Set(paths));
  });

  it('refuses every field for a DTO without any', async () => {
    expect(await body({}, Empty)).toEqual({});
    expect(await pathsOf(body({ a: 1 }, Empty))).toEqual(['a']);
  });

  it('converts queries only where they say so', async () => {
    expect(await query({ limit: '5', n: '-3', flag: '0', metrics: 'sent, read' })).toEqual({
      limit: 5,
      n: -3,
      flag: false,
      metrics: ['sent', 'read'],
    });
    expect(await pathsOf(query({ n: '5.0', flag: 'yes', metrics: 'sent,lost', before: ['a', 'b'] }))).toEqual(
      expect.arrayContaining(['n', 'flag', 'metrics', 'before']),
    );
  });

  it('lets bytes, single values and what is not from the request through', async () => {
    const bytes = Buffer.from('x');
    expect(await pipe.transform(bytes, { type: 'body', metatype: Object })).toBe(bytes);
    expect(await pipe.transform('x', { type: 'param', metatype: String, data: 'id' })).toBe('x');
    expect(await pipe.transform({ odd: 1 }, { type: 'custom', metatype: Body })).toEqual({ odd: 1 });
  });

  it('refuses single values given twice, or holding NUL', async () => {
    const single = (value: unknown) =>
      pipe.transform(value, { type: 'query', metatype: String, data: 'hub.mode' });
    expect(await pathsOf(single(['a', 'b']))).toEqual(['hub.mode']);
    expect(await pathsOf(single('a\0'))).toEqual(['hub.mode']);
  });
});

it('the next page’s offset is null on the last page', () => {
  const page = (offset: number, total: number) =>
    OffsetPaginationDto.of(Object.assign(new OffsetPageQuery(), { limit: 10, offset }), total).nextOffset;
  expect([page(0, 25), page(10, 25), page(20, 25), page(0, 10), page(0, 0), page(50, 25)]).toEqual([
    10,
    20,
    null,
    null,
    null,
    null,
  ]);
});
