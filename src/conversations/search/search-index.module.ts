import { Module } from '@nestjs/common';
import { SearchIndex } from './search-index.service';
import { SearchStems } from './search-stems';
import { SearchSubjects } from './search-subjects.repository';

/** What the index is written with, without anything that writes to it by itself: the command uses it as well. */
@Module({
  providers: [SearchIndex, SearchStems, SearchSubjects],
  exports: [SearchIndex, SearchStems],
})
export class SearchIndexModule {}
