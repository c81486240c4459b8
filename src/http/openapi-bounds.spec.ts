import 'reflect-metadata';
import { Body, Controller, type INestApplication, Post, Query } from '@nestjs/common';
import { ApiHideProperty, ApiProperty, type OpenAPIObject, PartialType } from '@nestjs/swagger';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsIn,
  IsObject,
  IsUUID,
  Length,
  Matches,
  MaxLength,
} from 'class-validator';
import { boundedBy } from './field-bounds';
import { buildApiDocument } from './openapi';
import { QueryList } from './query-fields';

const COLOR = /^#[0-9a-f]{6}$/i;

class FindQuery {
  @ApiProperty({ type: String }) @Length(2, 20) word!: string;
  @ApiHideProperty() @MaxLength(5) 'word[]'?: string;
  // As the plugin adds to it what it finds beside it.
  @ApiProperty({ pattern: '^\\d{1,3}$', maxItems: 5 })
  @QueryList()
  @ArrayMaxSize(5)
  @Matches(/^\d{1,3}$/, { each: true })
  numbers!: string[];
}
class ThingDto {
  @ApiProperty({ type: String }) @MaxLength(80) @MaxLength(90) title!: string;
  @ApiProperty({ type: String, maxLength: 7 }) @MaxLength(80) documented!: string;
  @ApiProperty({ type: String }) @Matches(COLOR) color!: string;
  @ApiProperty({ type: String }) @Matches(/^\p{L}+$/u) letters!: string;
  @ApiProperty({ type: [String] }) @ArrayMaxSize(3) @MaxLength(9, { each: true }) words!: string[];
  @ApiProperty({ type: [String] }) @ArrayUnique() @IsIn(['a', 'b'], { each: true }) states!: string[];
  @ApiProperty({ type: String, nullable: true }) @IsUUID() owner!: string | null;
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }] }) @MaxLength(4) either!: number | string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  @IsObject(boundedBy({ maxProperties: 2, values: { maxLength: 6 } }))
  texts!: Record<string, string>;
}
class ChangeThingDto extends PartialType(ThingDto) {
  @ApiProperty({ type: String, required: false }) @MaxLength(10) override title?: string;
}

@Controller('things')
class ThingsController {
  @Post() make(@Query() query: FindQuery, @Body() body: ThingDto): unknown {
    return { query, body };
  }
  @Post('change') change(@Body() body: ChangeThingDto): unknown {
    return body;
  }
}

describe('what validators bound', () => {
  let app: INestApplication;
  let document: OpenAPIObject;
  beforeAll(async () => {
    const module = await Test.createTestingModule({ controllers: [ThingsController] }).compile();
    app = module.createNestApplication(new FastifyAdapter());
    document = buildApiDocument(app);
  });
  afterAll(() => app.close());

  const fieldOf = (name: string, dto = 'ThingDto'): unknown => {
    const schema = document.components?.schemas?.[dto] ?? {};
    return 'properties' in schema ? schema.properties[name] : undefined;
  };

  it('is in the document of a text: the narrowest of its rules, unless it is documented otherwise', () => {
    expect(fieldOf('title')).toEqual({ type: 'string', maxLength: 80 });
    expect(fieldOf('documented')).toEqual({ type: 'string', maxLength: 7 });
    expect(fieldOf('owner')).toEqual({ type: 'string', nullable: true, format: 'uuid' });
  });

  it('is written for patterns without flags, which OpenAPI does not know', () => {
    expect(fieldOf('color')).toEqual({ type: 'string', pattern: '^#[0-9a-fA-F]{6}$' });
    expect(fieldOf('letters')).toEqual({ type: 'string' });
  });

  it('is in that of a list, and of its items', () => {
    expect(fieldOf('words')).toEqual({
      type: 'array',
      maxItems: 3,
      items: { type: 'string', maxLength: 9 },
    });
    expect(fieldOf('states')).toEqual({
      type: 'array',
      maxItems: 2,
      items: { type: 'string', enum: ['a', 'b'] },
    });
  });

  it('is in that of one form of several, and of what a caller names', () => {
    expect(fieldOf('either')).toEqual({ oneOf: [{ type: 'number' }, { type: 'string', maxLength: 4 }] });
    expect(fieldOf('texts')).toEqual({
      type: 'object',
      maxProperties: 2,
      additionalProperties: { type: 'string', maxLength: 6 },
    });
  });

  it('is inherited, and may be changed where a field is declared again', () => {
    expect(fieldOf('words', 'ChangeThingDto')).toMatchObject({ maxItems: 3, items: { maxLength: 9 } });
    expect(fieldOf('title', 'ChangeThingDto')).toEqual({ type: 'string', maxLength: 10 });
  });

  it('is in that of a query, whose hidden fields stay hidden', () => {
    expect(document.paths['/things']?.post?.parameters).toEqual([
      { name: 'word', in: 'query', required: true, schema: { type: 'string', minLength: 2, maxLength: 20 } },
      expect.objectContaining({ name: 'numbers' }),
    ]);
  });

  it('is not taken for that of a list which a query writes as one text', () => {
    const [, numbers] = document.paths['/things']?.post?.parameters ?? [];
    expect(numbers).toMatchObject({ name: 'numbers', schema: { type: 'string', maxLength: 8_000 } });
    expect(Object.keys((numbers as { schema: object }).schema)).toHaveLength(2);
  });

  it('leaves no word of its own, also when the document is made again', () => {
    expect(JSON.stringify(document)).not.toContain('x-bounds');
    expect(JSON.stringify(buildApiDocument(app))).toBe(JSON.stringify(document));
  });
});
