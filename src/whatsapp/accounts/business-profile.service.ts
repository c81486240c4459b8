import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { GraphError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import type { NamedAssets } from '../account-scope';
import type { BusinessProfile, WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { type BusinessProfileChange, WhatsAppApi } from '../whatsapp-api';
import { ProfilePictures } from './profile-pictures';

export interface ReadBusinessProfile {
  number: WhatsAppPhoneNumberEntity;
  profile: BusinessProfile;
  /** True when Meta did not answer and this is what was stored before. */
  isStale: boolean;
}

@Injectable()
export class BusinessProfileService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly repository: AccountsRepository,
    private readonly tokens: MetaTokenService,
    private readonly whatsapp: WhatsAppApi,
    private readonly pictures: ProfilePictures,
  ) {}

  /** Read from Meta, because people also edit it in WhatsApp Manager and no webhook tells of it. */
  async get(accountId: AccountId, named: NamedAssets): Promise<ReadBusinessProfile> {
    const { number } = await this.accounts.chooseNumber(accountId, named);
    try {
      return { number, profile: await this.reread(number), isStale: false };
    } catch (error) {
      if (!(error instanceof GraphError) || !error.retryable) throw error;
      return { number, profile: number.businessProfile, isStale: true };
    }
  }

  /**
   * @param pictureId an uploaded file that is to be the picture
   * @throws ValidationFailedError when nothing is to be changed, or two pictures are named
   */
  async update(
    accountId: AccountId,
    named: NamedAssets,
    change: BusinessProfileChange,
    pictureId?: string,
  ): Promise<ReadBusinessProfile> {
    if (Object.keys(change).length === 0 && pictureId === undefined)
      throw ValidationFailedError.of('', 'isNotEmpty', 'Name at least one field of the profile.');
    if (change.profile_picture_handle !== undefined && pictureId !== undefined)
      throw ValidationFailedError.of(
        'profilePictureHandle',
        'exclusive',
        'Send profilePictureMediaId or profilePictureHandle, not both.',
      );
    const { number } = await this.accounts.chooseNumber(accountId, named);
    const picture =
      pictureId === undefined
        ? {}
        : { profile_picture_handle: await this.pictures.handleOf(accountId, pictureId) };
    await this.tokens.withToken(accountId, (token) =>
      this.whatsapp.updateBusinessProfile(token, number.phoneNumberId, { ...change, ...picture }),
    );
    // What Meta made of it, not what was asked for: it trims texts and rewrites addresses.
    return { number, profile: await this.reread(number), isStale: false };
  }

  private async reread({
    accountId,
    id,
    phoneNumberId,
  }: WhatsAppPhoneNumberEntity): Promise<BusinessProfile> {
    const profile = await this.tokens.withToken(accountId, (token) =>
      this.whatsapp.businessProfile(token, phoneNumberId),
    );
    await this.repository.recordProfile(accountId, id, profile);
    return profile;
  }
}
