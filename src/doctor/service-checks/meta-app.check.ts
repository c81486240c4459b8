import { Injectable } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { AppConfig } from '../../config/app-config';
import { AppTokens } from '../../graph-client/app-tokens';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId } from '../../graph-client/graph-fields';
import type { GraphResponseInfo } from '../../graph-client/graph-request';
import { GraphError, GraphRateLimitedError, GraphUnavailableError } from '../../graph-client/graph.error';
import { type Check, reasonOf } from '../check-runner';
import { type Finding, about, minutes } from '../finding';
import { endOfVersion } from './graph-versions';

class AppResponse {
  @GraphId() id!: string;
  @IsOptional() @IsString() name?: string;
}

const LONGEST_CALL_MS = 5_000;
const DAY_MS = 86_400_000;
const ENDS_SOON_MS = 90 * DAY_MS;
/** `Date` tells whole seconds, and the answer was on its way. */
const NOTABLE_SKEW_MS = 30_000;
const HARMFUL_SKEW_MS = 120_000;

/** Whether Meta takes the app's id and secret, and what its answer tells of version and time. */
@Injectable()
export class MetaAppCheck implements Check {
  readonly name = 'meta-app';
  readonly subject = 'the Meta app';

  constructor(
    private readonly config: AppConfig,
    private readonly graph: GraphClient,
    private readonly tokens: AppTokens,
  ) {}

  async look(): Promise<Finding[]> {
    const { META_APP_ID } = this.config.env;
    const finding = about('meta-app', `Meta app ${META_APP_ID}`);
    const startedAt = Date.now();
    try {
      const { body, headers } = await this.graph.callDetailed({
        method: 'GET',
        path: `/${META_APP_ID}`,
        token: this.tokens.appToken,
        query: { fields: 'id,name' },
        response: AppResponse,
        retry: 'never',
        timeoutMs: LONGEST_CALL_MS,
      });
      const app = finding({
        severity: 'ok',
        title: 'Meta takes the app id and secret',
        explanation: `They are those of the app ${body.name ?? body.id}.`,
        evidence: { name: body.name ?? null },
      });
      return [app, this.version(headers), ...clock(headers, (startedAt + Date.now()) / 2)];
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      if (!saysWrongApp(error)) {
        return [
          finding({
            severity: 'unknown',
            title: 'Meta did not say whether it takes the app id and secret',
            explanation: reasonOf(error),
            fix: 'Run the doctor again in a minute. If it stays so, see whether this machine may call META_GRAPH_URL.',
          }),
        ];
      }
      return [
        finding({
          severity: 'error',
          title: 'Meta refuses the app id or the app secret',
          explanation: `With a wrong META_APP_SECRET the signature of every delivery is wrong as well, so all of them are answered 401. Meta says: ${error.meta?.message ?? error.message}`,
          fix: 'Compare META_APP_ID and META_APP_SECRET with App settings, Basic, in the Meta app dashboard. After a reset of the secret, set the new one and put the old one into META_APP_SECRETS_PREVIOUS.',
          evidence: { metaCode: error.meta?.code ?? null },
        }),
      ];
    }
  }

  private version({ apiVersion }: GraphResponseInfo): Finding {
    const { META_GRAPH_VERSION: asked } = this.config.env;
    const finding = about('graph-version', `Graph API ${asked}`);
    const end = endOfVersion(asked);
    const evidence = {
      asked,
      served: apiVersion,
      end: end === null ? null : end.toISOString().slice(0, 10),
    };
    const fix = 'Set META_GRAPH_VERSION to the current version after reading its changelog.';
    if (apiVersion !== null && apiVersion !== asked)
      return finding({
        severity: 'warning',
        title: 'Meta serves another version than the one asked for',
        explanation: `${asked} is over or does not exist; calls are answered as ${apiVersion}, where fields and limits may differ.`,
        fix,
        evidence,
      });
    if (end !== null && end.getTime() - Date.now() < ENDS_SOON_MS)
      return finding({
        severity: 'warning',
        title: 'The version of the Graph API ends soon',
        explanation: `Meta serves ${asked} until ${evidence.end ?? ''} as announced.`,
        fix,
        evidence,
      });
    return finding({
      severity: 'ok',
      title: 'The version of the Graph API is alive',
      explanation: end === null ? 'No end is announced.' : `It ends on ${evidence.end ?? ''}.`,
      evidence,
    });
  }
}

/** What Meta answers to a token of an app that does not exist or has another secret. `190` of an app token is no person's. */
function saysWrongApp(error: GraphError): boolean {
  if (error instanceof GraphUnavailableError || error instanceof GraphRateLimitedError) return false;
  const { code, message } = error.meta ?? { code: null, message: '' };
  if (code === 190 || code === 101 || code === 102 || code === 104) return true;
  return /client secret|appsecret_proof|application/i.test(message);
}

function clock({ servedAt }: GraphResponseInfo, asOfMs: number): Finding[] {
  const finding = about('clock', 'the clock of this machine');
  if (servedAt === null) return [];
  const skewMs = Math.round(asOfMs - servedAt.getTime());
  const off = Math.abs(skewMs);
  const evidence = { skewSeconds: Math.round(skewMs / 1_000), metaTime: servedAt.toISOString() };
  if (off < NOTABLE_SKEW_MS)
    return [
      finding({
        severity: 'ok',
        title: 'The clock is right',
        explanation: 'It agrees with Meta’s.',
        evidence,
      }),
    ];
  return [
    finding({
      severity: off < HARMFUL_SKEW_MS ? 'warning' : 'error',
      title: `The clock is ${minutes(off)} ${skewMs > 0 ? 'fast' : 'slow'}`,
      explanation:
        'Logins at Meta (their state lives ten minutes), access tokens, signed links and the times of messages are then judged wrongly; tokens may be renewed too late.',
      fix: 'Let the machine set its clock over the network (systemd-timesyncd, chrony), also inside virtual machines.',
      evidence,
    }),
  ];
}
