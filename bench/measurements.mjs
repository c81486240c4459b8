import os from 'node:os';
import { measureAnalytics } from './analytics.mjs';
import { describeMachine } from './machine.mjs';
import { measureInbox } from './inbox.mjs';
import { measureProcessing } from './processing.mjs';
import { measureQueries } from './queries.mjs';
import { measureSending } from './sending.mjs';
import { measureLatency, measureMemory, measureReceiving } from './receive.mjs';
import { setStage } from './stage.mjs';
import { measureStarts } from './starting.mjs';

const MEASURES = {
  receive: measureReceiving,
  latency: measureLatency,
  processor: measureProcessing,
  sending: measureSending,
  queries: measureQueries,
  inbox: measureInbox,
  analytics: measureAnalytics,
  memory: measureMemory,
  start: measureStarts,
};

/** Everything that was asked for, one after another: two measurements at once would measure each other. */
export async function measureEverything(options, services) {
  const [load] = os.loadavg();
  const stage = await setStage(options, services);
  stage.results.date = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  await describeMachine(stage, load);
  for (const part of options.parts) await MEASURES[part](stage);
  return stage;
}
