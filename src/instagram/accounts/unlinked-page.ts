import type { UnlinkedPage } from './instagram-api';

/** A Page that leads to no Instagram account, as stored. */
export interface StoredUnlinkedPage extends UnlinkedPage {
  reason: 'not_linked' | 'personal_account';
}
