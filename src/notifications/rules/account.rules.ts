import { type RuleTable, capital, clear, raise } from './finding';

const TOKEN = 'account.token';
const PERMISSIONS = 'account.permissions';

const DATA_ACCESS_EXPIRED = 'data_access_expired';

/** What ended the token, by what is stored of it. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  ['app_removed', 'The app was removed from the person’s settings at Meta.'],
  ['checkpoint', 'Meta wants the person to confirm something on facebook.com first.'],
  ['logged_out', 'The person logged out at Meta.'],
  ['password_changed', 'The person changed the password at Meta.'],
  ['token_expired', 'The login has run out.'],
  ['unconfirmed_user', 'The person has to confirm the account on facebook.com first.'],
]);

export const ACCOUNT_RULES: RuleTable = {
  'account.reauth_required': ({ reason, missingPermissions }, accountId) => {
    const subject = { type: 'account' as const, id: accountId };
    if (missingPermissions.length > 0 || reason === 'permissions_lost') {
      const missing = missingPermissions.join(', ');
      return [
        raise({
          kind: 'account.permissions_missing',
          topic: PERMISSIONS,
          group: accountId,
          subject,
          severity: 'warning',
          isLasting: true,
          one: (name) => ({
            title: `${capital(name)} has lost permissions at Meta`,
            message: `${missing === '' ? 'Permissions that were granted are' : `Granted before and now`} missing${missing === '' ? '' : `: ${missing}`}. What needs them fails until somebody connects the account again and leaves all boxes ticked.`,
          }),
          payload: { reason, missingPermissions },
        }),
      ];
    }
    return [
      raise({
        kind: 'account.reauth_required',
        topic: TOKEN,
        group: accountId,
        subject,
        // The login itself goes on in that case, and much of what it opens does, too.
        severity: reason === DATA_ACCESS_EXPIRED ? 'warning' : 'critical',
        isLasting: true,
        one: (name) => ({
          title: `${capital(name)} has to be connected to Meta again`,
          message:
            reason === DATA_ACCESS_EXPIRED
              ? 'Meta lets apps read a person’s data for ninety days after the last login. What needs that fails until the account is connected again.'
              : `${CAUSES.get(reason) ?? 'Meta no longer accepts the login.'} Until it is connected again nothing can be sent or read for it.`,
        }),
        payload: { reason },
      }),
    ];
  },
  'account.token_expiring': ({ expiresAt }, accountId) => [
    raise({
      kind: 'account.token_expiring',
      topic: TOKEN,
      group: accountId,
      subject: { type: 'account', id: accountId },
      severity: 'warning',
      isLasting: true,
      one: (name) => ({
        title: `The connection of ${name} ends on ${expiresAt.slice(0, 10)}`,
        message:
          'It could not be renewed by itself so far, which is tried again and again. Connect the account again before that day, or everything stops.',
      }),
      payload: { expiresAt },
    }),
  ],
  'account.disconnected': ({ reason }, accountId) => [
    clear(PERMISSIONS, accountId),
    raise({
      kind: 'account.disconnected',
      topic: TOKEN,
      group: accountId,
      subject: { type: 'account', id: accountId },
      severity: reason === 'user' ? 'info' : 'critical',
      isLasting: true,
      one: (name) => ({
        title: `${capital(name)} was disconnected`,
        message:
          reason === 'deauthorized'
            ? 'The person removed the app at Meta. Nothing can be sent or read until somebody connects the account again.'
            : reason === 'data_deletion'
              ? 'The person asked Meta to have the data of this login deleted. Connect another login to go on.'
              : 'One of its owners disconnected it here. Connect it again to go on.',
      }),
      payload: { reason },
    }),
  ],
  'account.connected': (_payload, accountId) => [clear(TOKEN, accountId), clear(PERMISSIONS, accountId)],
  'account.token_refreshed': ({ isWell = false }, accountId) => [
    clear(TOKEN, accountId),
    ...(isWell ? [clear(PERMISSIONS, accountId)] : []),
  ],
  'asset.adopted': ({ kind, metaId }) => [
    raise({
      kind: 'asset.adopted',
      topic: 'asset.adopted',
      subject: { type: kind, id: metaId },
      severity: 'info',
      isLasting: false,
      one: (name) => ({
        title: `${capital(name)} was added to this account`,
        message:
          'Meta told of it for the first time, and what it belongs to is connected here. Nothing has to be done.',
      }),
      many: (count) => ({
        title: `${count} new numbers or assets were added to this account`,
        message:
          'Meta told of them for the first time, and what they belong to is connected here. Nothing has to be done.',
      }),
      payload: { kind, metaId },
    }),
  ],
};
