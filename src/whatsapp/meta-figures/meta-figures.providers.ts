import { MetaCoverageRepository } from './meta-coverage.repository';
import { MetaFiguresApi } from './meta-figures-api';
import { MetaFiguresPuller } from './meta-figures.puller';
import { MetaFiguresRepository } from './meta-figures.repository';
import { MetaPullsProcessor } from './meta-pulls.processor';
import { MetaPullsRepository } from './meta-pulls.repository';
import { MetaPullsScheduler } from './meta-pulls.scheduler';
import { MetaSeriesRepository } from './meta-series.repository';
import { MetaSumsRepository } from './meta-sums.repository';
import { MetaTemplateFigures } from './meta-template-figures';

/** Meta's own figures, as WhatsAppModule puts them together with the rest. */
export const META_FIGURE_PROVIDERS = [
  MetaCoverageRepository,
  MetaFiguresApi,
  MetaFiguresPuller,
  MetaFiguresRepository,
  MetaPullsProcessor,
  MetaPullsRepository,
  MetaPullsScheduler,
  MetaSeriesRepository,
  MetaSumsRepository,
  MetaTemplateFigures,
];

/** What figures of ours are told beside. */
export const META_FIGURE_READERS = [MetaCoverageRepository, MetaSumsRepository, MetaTemplateFigures];
