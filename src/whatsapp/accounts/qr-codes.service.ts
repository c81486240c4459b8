import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../../errors/app.error';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { NumberOfAccount } from './number-scope';
import { type QrCode, type QrImageFormat, QrCodesApi } from './qr-codes-api';

const INVALID_PARAMETER = 100;

/** QR codes live at Meta only: nothing of them is stored here that could differ. */
@Injectable()
export class QrCodesService {
  constructor(
    private readonly tokens: MetaTokenService,
    private readonly api: QrCodesApi,
  ) {}

  async list({ accountId, number }: NumberOfAccount): Promise<QrCode[]> {
    return this.tokens.withToken(accountId, (token) => this.api.list(token, number.phoneNumberId));
  }

  /** @throws NotFoundError */
  async get({ accountId, number }: NumberOfAccount, code: string): Promise<QrCode> {
    return ofKnownCode(() =>
      this.tokens.withToken(accountId, (token) => this.api.get(token, number.phoneNumberId, code)),
    );
  }

  async create(
    { accountId, number }: NumberOfAccount,
    wish: { prefilledMessage: string; format: QrImageFormat },
  ): Promise<QrCode> {
    return this.tokens.withToken(accountId, (token) => this.api.create(token, number.phoneNumberId, wish));
  }

  /** @throws NotFoundError */
  async update(
    { accountId, number }: NumberOfAccount,
    wish: { code: string; prefilledMessage: string },
  ): Promise<QrCode> {
    return ofKnownCode(() =>
      this.tokens.withToken(accountId, (token) => this.api.update(token, number.phoneNumberId, wish)),
    );
  }

  /** @throws NotFoundError */
  async remove({ accountId, number }: NumberOfAccount, code: string): Promise<void> {
    await ofKnownCode(() =>
      this.tokens.withToken(accountId, (token) => this.api.remove(token, number.phoneNumberId, code)),
    );
  }
}

/** Meta calls an unknown code an invalid parameter; all other parameters were checked before. */
async function ofKnownCode<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GraphRejectedError && error.meta?.code === INVALID_PARAMETER)
      throw new NotFoundError('There is no such QR code.', { meta: error.meta });
    throw error;
  }
}
