import { InstagramInsightsApi } from './instagram-insights-api';
import { InstagramInsightsController } from './instagram-insights.controller';
import { InstagramInsights } from './instagram-insights.service';
import { InstagramInsightsSource } from './instagram-insights.source';
import { StoryInsightsHandler } from './story-insights.handler';

export const INSIGHTS_CONTROLLERS = [InstagramInsightsController];
export const INSIGHTS_PROVIDERS = [
  InstagramInsights,
  InstagramInsightsApi,
  InstagramInsightsSource,
  StoryInsightsHandler,
];
