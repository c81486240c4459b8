import { withTexts } from './template-change.handlers';

const COMPONENTS = [
  { type: 'HEADER', format: 'TEXT', text: 'Old' },
  { type: 'BODY', text: 'Hi {{1}}!', example: { body_text: [['Ana']] } },
  { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Stop' }] },
];
const REF = { templateId: '1' };

describe('texts of a template that somebody edited', () => {
  it('replace those that are stored and leave the rest', () => {
    expect(withTexts(COMPONENTS, { ...REF, header: 'New', body: 'Hello {{1}}!', buttons: [] })).toEqual([
      { type: 'HEADER', format: 'TEXT', text: 'New' },
      { type: 'BODY', text: 'Hello {{1}}!', example: { body_text: [['Ana']] } },
      COMPONENTS[2],
    ]);
  });

  it('are added where there was none', () => {
    const buttons = [
      { type: 'URL', text: 'Open', url: 'https://a.example/' },
      { type: 'PHONE_NUMBER', phoneNumber: '+1' },
    ];
    expect(withTexts([], { ...REF, header: 'Head', body: 'Body', footer: 'Foot', buttons })).toEqual([
      { type: 'HEADER', format: 'TEXT', text: 'Head' },
      { type: 'BODY', text: 'Body' },
      { type: 'FOOTER', text: 'Foot' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'URL', text: 'Open', url: 'https://a.example/' },
          { type: 'PHONE_NUMBER', phone_number: '+1' },
        ],
      },
    ]);
  });

  it('do not change what was stored before', () => {
    withTexts(COMPONENTS, { ...REF, body: 'Other', buttons: [] });
    expect(COMPONENTS[1]).toMatchObject({ text: 'Hi {{1}}!' });
  });
});
