import { Module } from '@nestjs/common';
import { InboxSearch } from './inbox-search.service';
import { SearchFinder } from './search-finder';
import { SearchHits } from './search-hits.repository';
import { SearchIndexModule } from './search-index.module';
import { SearchIndexSubscriber } from './search-index.subscriber';
import { SearchIndexSweeper } from './search-index.sweeper';

/** Search over texts and names: the index, what keeps it up to date, and what looks into it. */
@Module({
  imports: [SearchIndexModule],
  providers: [InboxSearch, SearchFinder, SearchHits, SearchIndexSubscriber, SearchIndexSweeper],
  exports: [InboxSearch, SearchIndexModule],
})
export class SearchModule {}
