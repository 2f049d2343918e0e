import { Body, Controller, Delete, Get, Param, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Accepts } from '../../../platform/http/accepts.js';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { Allows } from '../../../platform/http/scopes.js';
import { Locked } from '../../auth/auth.problems.js';
import { type Caller, Me, type UceCaller } from '../../auth/caller.js';
import { OnlyFor } from '../../tiers/tier.guard.js';
import { OutOfStorage } from '../../tiers/tiers.problems.js';
import { TagNameTaken, TagNotFound } from '../entries.problems.js';
import { tagExamples } from '../examples.js';
import { TagId } from './tag.entity.js';
import { RemovedTagView, TagChange, TagListView, TagView } from './tags.schema.js';
import { TagsService } from './tags.service.js';

@ApiTags('entries')
@Controller('entries/tags')
export class TagsController {
  constructor(private readonly tags: TagsService) {}

  @Get()
  @Allows('entries:read')
  @ApiOperation({
    summary: 'Your tags, with how many entries have each',
    description:
      'All of them, on one page; the trash is not counted. uce: with their names. e2e: with the tokens that the client ' +
      'made, in the order in which they came. A tag that entries in the trash alone have is there, with 0.',
  })
  @Returns(TagListView, 'The tags, by name')
  @Problems(Locked)
  list(@Me() me: Caller) {
    return this.tags.list(me);
  }

  @Patch(':id')
  @Allows('entries:write')
  @OnlyFor('uce')
  @ApiOperation({
    summary: 'Rename a tag everywhere (uce)',
    description: 'Each entry that has it gets a new version. e2e clients change the entries themselves.',
  })
  @Accepts(tagExamples)
  @Returns(TagView, 'The tag, as it is named now')
  @Problems(TagNotFound, TagNameTaken, Locked, OutOfStorage)
  rename(
    @Me() me: UceCaller,
    @Param('id', { schema: TagId }) id: TagId,
    @Body({ schema: TagChange }) { name }: TagChange,
  ) {
    return this.tags.rename(me, id, name);
  }

  @Delete(':id')
  @Allows('entries:write')
  @OnlyFor('uce')
  @ApiOperation({
    summary: 'Take a tag away everywhere (uce)',
    description: 'Each entry that had it gets a new version; the one before still has it.',
  })
  @Returns(RemovedTagView, 'No entry has it any more')
  @Problems(TagNotFound, Locked, OutOfStorage)
  remove(@Me() me: UceCaller, @Param('id', { schema: TagId }) id: TagId) {
    return this.tags.remove(me, id);
  }
}
