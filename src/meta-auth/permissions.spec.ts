import fc from 'fast-check';
import { lostPermissions, platformsOf } from './permissions';

const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'));

describe('permissions', () => {
  it.each([
    [['whatsapp_business_messaging'], { whatsapp: true, facebook: false, instagram: false }],
    [['whatsapp_business_management'], { whatsapp: true, facebook: false, instagram: false }],
    [['pages_show_list'], { whatsapp: false, facebook: true, instagram: false }],
    [['instagram_basic'], { whatsapp: false, facebook: false, instagram: true }],
    [['instagram_business_basic'], { whatsapp: false, facebook: false, instagram: true }],
    [
      ['public_profile', 'email', 'business_management'],
      { whatsapp: false, facebook: false, instagram: false },
    ],
    [[], { whatsapp: false, facebook: false, instagram: false }],
  ])('%j open %j', (permissions, platforms) => {
    expect(platformsOf(permissions)).toEqual(platforms);
  });

  it('are lost if they were there and are not any more, whatever the order', () => {
    fc.assert(
      fc.property(names, names, (before, after) => {
        const lost = lostPermissions(before, after);
        expect(new Set(lost)).toEqual(new Set(before.filter((name) => !after.includes(name))));
        expect(lost).toHaveLength(new Set(lost).size);
        expect(lostPermissions([...before].reverse(), after).sort()).toEqual([...lost].sort());
        expect(lostPermissions(before, [...after, ...before])).toEqual([]);
      }),
    );
  });
});
