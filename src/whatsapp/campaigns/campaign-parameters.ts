import { isUuid } from '../../database/ids';

/** As the API's documentation describes it. */
export const CAMPAIGN_ID = { name: 'id', description: 'Our id of the campaign.', format: 'uuid' };

/** A place in a list that is in the order of its ids. */
export function parseId(position: unknown): string | undefined {
  return typeof position === 'string' && isUuid(position) ? position : undefined;
}
