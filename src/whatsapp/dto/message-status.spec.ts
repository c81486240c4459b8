import { WhatsAppMessageErrorDto } from './message-status.dto';

const bare = { title: null, message: null, details: null };

describe('the error of a message', () => {
  it('says what a bare code of Meta means, and who has to act', () => {
    const error = WhatsAppMessageErrorDto.from({ ...bare, code: 133010 });
    expect(error).toMatchObject({ ...bare, code: 133010, whoMustAct: 'business' });
    expect(error.cause).toMatch(/\.$/);
    expect(error.action).toMatch(/\.$/);
  });

  it.each([424242, 'META_UNAVAILABLE'])('keeps %s, of which it knows no more', (code) => {
    const error = { code, title: 'A title', message: 'Words', details: 'More' };
    expect(WhatsAppMessageErrorDto.from(error)).toEqual({
      ...error,
      cause: null,
      whoMustAct: null,
      action: null,
    });
  });
});
