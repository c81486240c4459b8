import { PageInsightsApi } from './page-insights-api';
import { PageInsightsController } from './page-insights.controller';
import { PageInsights } from './page-insights.service';
import { PageInsightsSource } from './page-insights.source';

export const INSIGHTS_CONTROLLERS = [PageInsightsController];
export const INSIGHTS_PROVIDERS = [PageInsights, PageInsightsApi, PageInsightsSource];
