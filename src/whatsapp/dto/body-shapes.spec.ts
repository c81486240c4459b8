import type { FieldProblem } from '../../errors/app.error';
import { ValidationFailedError } from '../../errors/app.error';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { SendMessagePipe } from '../sending/send-message.pipe';
import { UpsertAuthenticationTemplateDto } from './template-actions.dto';
import { DraftTemplateDto, PreviewDraftDto } from './template-draft.dto';
import { CreateTemplateDto } from './write-template.dto';

async function problemsOf(checked: Promise<unknown>): Promise<string[]> {
  try {
    await checked;
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailedError)) throw error;
    return (error.details.fields as FieldProblem[]).map(({ path, rule }) => `${path} ${rule}`);
  }
}

const to = '+16505551234';
const send = (rest: object) => problemsOf(new SendMessagePipe().transform({ to, ...rest }, { type: 'body' }));
const template = (rest: object) => ({
  type: 'template',
  template: { name: 'a', language: { code: 'en' }, ...rest },
});
const list = (action: object) => ({
  type: 'interactive',
  interactive: { type: 'list', body: { text: 'When?' }, action: { button: 'Open', ...action } },
});

describe('a message whose parts have the wrong shape', () => {
  it.each([
    ['a list for the text', { type: 'text', text: [] }, 'text isObject'],
    ['a list for the template', { type: 'template', template: [] }, 'template isObject'],
    ['a list for the language', template({ language: [] }), 'template.language isObject'],
    ['a list for a component', template({ components: [[]] }), 'template.components isObject'],
    ['a list for the reaction', { type: 'reaction', reaction: [] }, 'reaction isObject'],
    ['a list for a contact', { type: 'contacts', contacts: [[]] }, 'contacts isObject'],
    ['a list for the interactive part', { type: 'interactive', interactive: [] }, 'interactive isObject'],
    ['nothing in its list', { type: 'interactive', interactive: [null] }, 'interactive isObject'],
    ['a list for the menu', list({ sections: [[]] }), 'interactive.action.sections isObject'],
    ['no row', list({ sections: [{ rows: [null] }] }), 'interactive.action.sections.0.rows.0 isObject'],
  ])('is refused by the field for %s', async (_, message, problem) => {
    expect((await send(message)).join()).toContain(problem);
  });

  it.each(['to', 'recipient', 'context', 'phoneNumberId', 'sendAt'])(
    'is refused where %s is null, which Meta does not take for absent',
    async (field) => {
      const problems = await send({ type: 'text', text: { body: 'Hi' }, [field]: null });
      expect(problems.join()).toContain(`${field} `);
    },
  );

  it('is refused when it is to go out on a day that there is not', async () => {
    const problems = await send({ type: 'text', text: { body: 'Hi' }, sendAt: '2026-11-31T09:00:00Z' });
    expect(problems).toEqual(['sendAt isIso8601']);
  });
});

describe('a message that goes beyond what it may hold', () => {
  const many = (count: number): object[] => Array.from({ length: count }, () => ({}));
  const contact = (rest: object) => ({
    type: 'contacts',
    contacts: [{ name: { formatted_name: 'Ana', first_name: 'Ana' }, ...rest }],
  });
  const address = (values: object) => ({
    type: 'interactive',
    interactive: {
      type: 'address_message',
      body: { text: 'Where to?' },
      action: { name: 'address_message', parameters: { country: 'IN', values } },
    },
  });
  const place = (latitude: string) => ({ type: 'location', location: { latitude, longitude: 1 } });

  it.each([
    [
      '51 numbers of one person',
      contact({ phones: many(51) }),
      'phones arrayMaxSize',
      contact({ phones: many(50) }),
    ],
    [
      'a field of an address with 1025 characters',
      address({ city: 'x'.repeat(1_025) }),
      'values texts',
      address({ city: 'x'.repeat(1_024) }),
    ],
    [
      'a latitude with 33 characters',
      place(`1.${'0'.repeat(31)}`),
      'latitude degrees',
      place(`1.${'0'.repeat(30)}`),
    ],
    [
      'a recipient with 257 characters',
      { type: 'text', text: { body: 'Hi' }, to: undefined, recipient: 'x'.repeat(257) },
      'recipient maxLength',
      { type: 'text', text: { body: 'Hi' }, to: undefined, recipient: 'US.1' },
    ],
  ])('is refused by the field for %s, and not for less', async (_, beyond, problem, fitting) => {
    expect((await send(beyond)).join()).toContain(problem);
    expect((await send(fitting)).join()).not.toContain(problem);
  });
});

describe('a template whose parts have the wrong shape', () => {
  const check = (metatype: new () => object, body: object) =>
    problemsOf(new DtoValidationPipe().transform(body, { type: 'body', metatype }));
  const whole = {
    name: 'a',
    language: 'en',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Hi' }],
  };

  it.each([
    ['a draft without a name', DraftTemplateDto, { ...whole, name: null }, 'name isString'],
    ['a preview of a list', PreviewDraftDto, { template: [] }, 'template isObject'],
    ['a list for a part', CreateTemplateDto, { ...whole, components: [[]] }, 'components isObject'],
    [
      'no text in a part',
      CreateTemplateDto,
      { ...whole, components: [{ type: 'BODY', text: null }] },
      'components.0.text isString',
    ],
    [
      'no apps',
      UpsertAuthenticationTemplateDto,
      { name: 'a', languages: ['en'], otpType: 'ONE_TAP', supportedApps: null },
      'supportedApps isArray',
    ],
  ])('is refused by the field for %s', async (_, dto, body, problem) => {
    expect((await check(dto, body)).join()).toContain(problem);
  });
});
