import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { TEMPLATE_CATEGORIES } from '../templates/template-status';
import { WabaQuery } from './account-query.dto';
import { TemplateComponentDto } from './template-component.dto';
import { Parts } from './send-field-rules';

const NAME = /^[a-z0-9_]{1,512}$/;
const NAME_HINT = { message: 'name must be lower-case letters, digits and underscores, at most 512' };
const LANGUAGE = /^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/;
const LANGUAGE_HINT = { message: "language must be one of Meta's codes, such as en_US or ar" };

const COMPONENTS_EXAMPLE = [
  {
    type: 'BODY',
    text: 'Hi {{1}}, your order {{2}} is on its way.',
    example: { body_text: [['Ana', '860198']] },
  },
  {
    type: 'BUTTONS',
    buttons: [
      {
        type: 'URL',
        text: 'Track your order',
        url: 'https://luckyshrub.example/orders/{{1}}',
        example: ['https://luckyshrub.example/orders/860198'],
      },
    ],
  },
];

function AnyCase(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.toUpperCase() : value,
  );
}

export class CreateTemplateDto extends WabaQuery {
  /** Lower case, digits, underscores. Together with the language it must be new. @example order_confirmation */
  @Matches(NAME, NAME_HINT) name!: string;
  /** Meta's language code. @example en_US */
  @Matches(LANGUAGE, LANGUAGE_HINT) language!: string;
  /** In any case. Meta may decide on another one. */
  @AnyCase()
  @IsIn(TEMPLATE_CATEGORIES)
  @ApiProperty({ enum: TEMPLATE_CATEGORIES, example: 'UTILITY' })
  category!: string;
  @ApiProperty({ type: [TemplateComponentDto], example: COMPONENTS_EXAMPLE })
  @IsArray()
  @Parts(() => TemplateComponentDto)
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  components!: TemplateComponentDto[];
  /** Whether variables are numbers or names. Meta takes `POSITIONAL` when it is left out. */
  @IfPresent()
  @AnyCase()
  @IsIn(['POSITIONAL', 'NAMED'])
  @ApiProperty({ enum: ['POSITIONAL', 'NAMED'], required: false })
  parameterFormat?: string;
  /** For how many seconds Meta goes on trying to deliver; `-1` stands for 30 days. */
  @IfPresent() @IsInt() @Min(-1) @Max(2_592_000) messageSendTtlSeconds?: number;
}

/** Components are replaced as a whole. Name and language cannot be changed and may be repeated or left out. */
export class UpdateTemplateDto {
  /** @example order_confirmation */
  @IfPresent() @Matches(NAME, NAME_HINT) name?: string;
  /** @example en_US */
  @IfPresent() @Matches(LANGUAGE, LANGUAGE_HINT) language?: string;
  /** Cannot be changed while the template is approved. */
  @IfPresent()
  @AnyCase()
  @IsIn(TEMPLATE_CATEGORIES)
  @ApiProperty({ enum: TEMPLATE_CATEGORIES, required: false, example: 'UTILITY' })
  category?: string;
  @ApiProperty({ type: [TemplateComponentDto], example: COMPONENTS_EXAMPLE })
  @IsArray()
  @Parts(() => TemplateComponentDto)
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  components!: TemplateComponentDto[];
  /** For how many seconds Meta goes on trying to deliver; `-1` stands for 30 days. */
  @IfPresent() @IsInt() @Min(-1) @Max(2_592_000) messageSendTtlSeconds?: number;
}
