import { Injectable } from '@nestjs/common';
import { AppTokens } from '../graph-client/app-tokens';
import { GraphClient } from '../graph-client/graph-client';
import { GraphReauthRequiredError } from '../graph-client/graph.error';
import type { BusinessProfile } from './entities/whatsapp-phone-number.entity';
import { withKnownFields } from './accounts/field-fallback';
import { isRecord, textAt } from './meta-values';
import {
  type DiscoveredPhoneNumber,
  type DiscoveredWaba,
  GraphIdItem,
  GraphPhoneNumber,
  GraphProfileItem,
  GraphProfileList,
  GraphSubscribedApp,
  GraphTokenInspection,
  GraphWaba,
  GraphWritten,
  type WhatsAppGrant,
  grantFrom,
  phoneNumberOf,
  requireWritten,
  wabaOf,
} from './whatsapp-api.responses';

const MESSAGING_LIMIT = 'whatsapp_business_manager_messaging_limit';
const WABA_FIELDS = [
  'id',
  'name',
  'currency',
  'timezone_id',
  'account_review_status',
  'health_status',
  MESSAGING_LIMIT,
];
/** What a list of numbers is asked for. */
export const PHONE_NUMBER_FIELDS: readonly string[] = [
  'id',
  'display_phone_number',
  'verified_name',
  'status',
  'quality_rating',
  'name_status',
  'code_verification_status',
  'platform_type',
  'throughput',
  'account_mode',
  'is_official_business_account',
  'is_on_biz_app',
  'is_pin_enabled',
  MESSAGING_LIMIT,
];
/** The limit of a single number, from before limits belonged to the portfolio. Graph before v24.0 has only this. */
export const PHONE_NUMBER_SUBSTITUTES = { [MESSAGING_LIMIT]: 'messaging_limit_tier' };
const PROFILE_FIELDS = [
  'about',
  'address',
  'description',
  'email',
  'profile_picture_url',
  'websites',
  'vertical',
];

const OWNED = 'owned_whatsapp_business_accounts';
const CLIENT = 'client_whatsapp_business_accounts';
const PAGE_SIZE = 100;

/** What may be written of a business profile, in Meta's names. */
export interface BusinessProfileChange {
  about?: string;
  address?: string;
  description?: string;
  email?: string;
  websites?: string[];
  vertical?: string;
  profile_picture_handle?: string;
}

/** Where Meta is to send messages in place of the app's own address. */
export interface CallbackOverride {
  url: string;
  /** What Meta asks the address for before it uses it. */
  verifyToken: string;
}

/** The Graph endpoints of WhatsApp Business Accounts; what is about one number only is in `PhoneNumbersApi`. */
@Injectable()
export class WhatsAppApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly appTokens: AppTokens,
  ) {}

  /**
   * What the token was granted for, as Meta sees it now: people add and remove WABAs without connecting again.
   * @throws GraphReauthRequiredError when Meta says that the token is not valid
   */
  async grantOf(token: string): Promise<WhatsAppGrant> {
    const { data } = await this.graph.call({
      method: 'GET',
      path: '/debug_token',
      token: this.appTokens.appToken,
      query: { input_token: token },
      response: GraphTokenInspection,
    });
    if (data.is_valid === false) throw new GraphReauthRequiredError('Meta says that the token is not valid.');
    return grantFrom(data);
  }

  async businessIds(token: string): Promise<string[]> {
    return this.idsOf('/me/businesses', token);
  }

  /** WABAs that the business owns. */
  async ownedWabaIds(token: string, businessId: string): Promise<string[]> {
    return this.idsOf(`/${encodeURIComponent(businessId)}/${OWNED}`, token);
  }

  /** WABAs that other businesses have shared with it. */
  async clientWabaIds(token: string, businessId: string): Promise<string[]> {
    return this.idsOf(`/${encodeURIComponent(businessId)}/${CLIENT}`, token);
  }

  /** WABAs that a system user may use. */
  async assignedWabaIds(token: string, systemUserId: string): Promise<string[]> {
    return this.idsOf(`/${encodeURIComponent(systemUserId)}/assigned_whatsapp_business_accounts`, token);
  }

  async waba(token: string, wabaId: string): Promise<DiscoveredWaba> {
    const path = `/${encodeURIComponent(wabaId)}`;
    return wabaOf(
      await withKnownFields({ fields: WABA_FIELDS }, (fields) =>
        this.graph.call({ method: 'GET', path, token, query: { fields }, response: GraphWaba }),
      ),
    );
  }

  /** All of them, however many pages Meta makes of it. */
  async phoneNumbers(token: string, wabaId: string): Promise<DiscoveredPhoneNumber[]> {
    const path = `/${encodeURIComponent(wabaId)}/phone_numbers`;
    return withKnownFields(
      { fields: PHONE_NUMBER_FIELDS, substitutes: PHONE_NUMBER_SUBSTITUTES },
      async (fields) => {
        const found: DiscoveredPhoneNumber[] = [];
        const query = { fields };
        for await (const page of this.graph.pages({
          path,
          token,
          query,
          item: GraphPhoneNumber,
          pageSize: PAGE_SIZE,
        }))
          found.push(...page.map(phoneNumberOf));
        return found;
      },
    );
  }

  async businessProfile(token: string, phoneNumberId: string): Promise<BusinessProfile> {
    const path = `/${encodeURIComponent(phoneNumberId)}/whatsapp_business_profile`;
    const { data } = await withKnownFields({ fields: PROFILE_FIELDS }, (fields) =>
      this.graph.call({ method: 'GET', path, token, query: { fields }, response: GraphProfileList }),
    );
    return profileOf(data[0]);
  }

  /** Fields that are left out stay as they are. */
  async updateBusinessProfile(
    token: string,
    phoneNumberId: string,
    change: BusinessProfileChange,
  ): Promise<void> {
    const written = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(phoneNumberId)}/whatsapp_business_profile`,
      token,
      body: { messaging_product: 'whatsapp', ...change },
      response: GraphWritten,
      // Writing the same values twice leaves the same profile.
      retry: 'safe',
    });
    requireWritten(written);
  }

  /**
   * Without it nothing of this WABA is delivered, although the app's webhook is verified.
   * @param override another address for its messages, which Meta verifies at once; null takes one away that was set
   */
  async subscribeApp(token: string, wabaId: string, override: CallbackOverride | null): Promise<void> {
    const path = `/${encodeURIComponent(wabaId)}/subscribed_apps`;
    const body =
      override === null
        ? {}
        : { body: { override_callback_uri: override.url, verify_token: override.verifyToken } };
    requireWritten(
      await this.graph.call({ method: 'POST', path, token, ...body, response: GraphWritten, retry: 'safe' }),
    );
  }

  async subscribedAppIds(token: string, wabaId: string): Promise<string[]> {
    return (await this.subscribedApps(token, wabaId)).map(({ appId }) => appId);
  }

  /** The apps that a WABA's webhooks go to; null: to the app's own address, else `messages` go to this one instead. */
  async subscribedApps(
    token: string,
    wabaId: string,
  ): Promise<{ appId: string; overrideUri: string | null }[]> {
    const path = `/${encodeURIComponent(wabaId)}/subscribed_apps`;
    const apps: { appId: string; overrideUri: string | null }[] = [];
    for await (const page of this.graph.pages({ path, token, item: GraphSubscribedApp })) {
      for (const item of page) {
        const appId = textAt(item.whatsapp_business_api_data, 'id');
        if (appId !== undefined) apps.push({ appId, overrideUri: item.override_callback_uri ?? null });
      }
    }
    return apps;
  }

  private async idsOf(path: string, token: string): Promise<string[]> {
    const ids: string[] = [];
    const query = { fields: 'id' };
    for await (const page of this.graph.pages({ path, token, query, item: GraphIdItem, pageSize: PAGE_SIZE }))
      ids.push(...page.map(({ id }) => id));
    return ids;
  }
}

/** Clients see the fields flat; Meta's own specification shows them one level down. */
function profileOf(item: GraphProfileItem | undefined): BusinessProfile {
  const source: unknown = isRecord(item?.business_profile) ? item.business_profile : item;
  const websites = isRecord(source) && Array.isArray(source.websites) ? source.websites : [];
  const profile: BusinessProfile = {};
  const texts = {
    about: textAt(source, 'about'),
    address: textAt(source, 'address'),
    description: textAt(source, 'description'),
    email: textAt(source, 'email'),
    profilePictureUrl: textAt(source, 'profile_picture_url'),
    vertical: textAt(source, 'vertical'),
  };
  for (const [name, text] of Object.entries(texts))
    if (text !== undefined) Object.assign(profile, { [name]: text });
  const addresses = websites.filter((site): site is string => typeof site === 'string' && site !== '');
  if (addresses.length > 0) profile.websites = addresses;
  return profile;
}
