import { Injectable, Logger } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { isDeadToken } from '../dead-token';
import { WhatsAppApi } from '../whatsapp-api';
import { MANAGEMENT_SCOPE, type WhatsAppGrant } from '../whatsapp-api.responses';

/** A way that Meta refused. What the other ways found still counts. */
export interface RefusedWay {
  way: 'grant' | 'businesses' | 'assigned';
  error: AppError;
}

export interface FoundWabas {
  wabaIds: string[];
  refused: RefusedWay[];
}

/** Runs one way; when Meta refuses it, notes that and goes on with what stands in for its answer. */
type Attempt = <T>(way: RefusedWay['way'], otherwise: T, find: () => Promise<T>) => Promise<T>;

const NOT_TOLD: WhatsAppGrant = { wabaIds: null, systemUserId: null, lacksManagement: false };

/**
 * Finds the ids of the WABAs that an account's token opens. Meta has no edge from a person to them, so in this order:
 * ids that Embedded Signup handed over, the ids that the permission was granted for, and, where it was granted for all or
 * Meta does not say, the accounts of the person's businesses and those assigned to a system user. Without the
 * permission to manage WABAs none of them leads anywhere, and what Meta answers to them names other permissions.
 */
@Injectable()
export class WabaFinder {
  private readonly log = new Logger(WabaFinder.name);

  constructor(private readonly whatsapp: WhatsAppApi) {}

  /** @param claimed ids that the account has claimed already; whether the token opens them shows when they are read */
  async find(accountId: AccountId, token: string, claimed: readonly string[]): Promise<FoundWabas> {
    const refused: RefusedWay[] = [];
    const attempt: Attempt = async (way, otherwise, find) => {
      try {
        return await find();
      } catch (error) {
        if (!(error instanceof AppError) || isDeadToken(error)) throw error;
        this.log.log(`WABAs of account ${accountId} could not be looked up by ${way}: ${error.message}`);
        refused.push({ way, error });
        return otherwise;
      }
    };
    const grant = await attempt('grant', NOT_TOLD, () => this.whatsapp.grantOf(token));
    if (grant.lacksManagement) return { wabaIds: [], refused: [{ way: 'grant', error: lacksManagement() }] };
    if (grant.wabaIds !== null) return { wabaIds: [...new Set([...claimed, ...grant.wabaIds])], refused };
    const ofBusinesses = await attempt('businesses', [], () => this.ofBusinesses(token, attempt));
    const { systemUserId } = grant;
    const assigned =
      systemUserId === null
        ? []
        : await attempt('assigned', [], () => this.whatsapp.assignedWabaIds(token, systemUserId));
    return { wabaIds: [...new Set([...claimed, ...ofBusinesses, ...assigned])], refused };
  }

  private async ofBusinesses(token: string, attempt: Attempt): Promise<string[]> {
    const found: string[] = [];
    for (const businessId of await this.whatsapp.businessIds(token)) {
      found.push(...(await attempt('businesses', [], () => this.whatsapp.ownedWabaIds(token, businessId))));
      found.push(...(await attempt('businesses', [], () => this.whatsapp.clientWabaIds(token, businessId))));
    }
    return found;
  }
}

function lacksManagement(): GraphReauthRequiredError {
  return new GraphReauthRequiredError(
    `The connection lacks the permission ${MANAGEMENT_SCOPE}. Connect the account again and grant it.`,
    {},
    MANAGEMENT_SCOPE,
  );
}
