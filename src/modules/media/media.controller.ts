import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Accepts } from '../../platform/http/accepts.js';
import { AlsoReturns, Problems, Returns } from '../../platform/http/returns.js';
import { Allows } from '../../platform/http/scopes.js';
import { Repeatable, theOne } from '../../platform/idempotency/repeatable.js';
import { Locked } from '../auth/auth.problems.js';
import { type Caller, Me } from '../auth/caller.js';
import { OutOfStorage } from '../tiers/tiers.problems.js';
import { completionExamples, partsExamples, uploadExamples } from './examples.js';
import { MediaTrashService } from './media-trash.service.js';
import {
  ChecksumMismatch,
  MediaErased,
  MediaIdTaken,
  MediaIncomplete,
  MediaMissing,
  MediaNotFound,
  MediaTooLarge,
  MediaTypeNotAllowed,
} from './media.problems.js';
import {
  Completion,
  DownloadView,
  MediaDeletionQuery,
  MediaId,
  MediaListQuery,
  MediaPageView,
  MediaUpload,
  MediaUploadView,
  MediaView,
  PartsAsked,
  PartsView,
  RemovedMediaView,
  WrittenMediaView,
} from './media.schema.js';
import { MediaService } from './media.service.js';
import { Reservations } from './reservations.js';
import { UploadsService } from './uploads.service.js';

@ApiTags('media')
@Controller('media')
export class MediaController {
  constructor(
    private readonly reservations: Reservations,
    readonly uploads: UploadsService,
    readonly trash: MediaTrashService,
    private readonly media: MediaService,
  ) {}

  @Post('upload')
  @Allows('media:write')
  @ApiOperation({
    summary: 'Reserve an upload',
    description:
      'Size, type and room are checked before there is an address. Then send the sealed bytes to it, as they were ' +
      'announced, and complete. Above 16 MiB the bytes go in parts, whose addresses are asked for with the checksum of ' +
      'each. A reservation ends after a day. The same once more gives fresh addresses.',
  })
  @Accepts(uploadExamples)
  @Returns(MediaUploadView, 'Room is taken', 201)
  @AlsoReturns(MediaUploadView, 'The same upload was reserved already', 200)
  @Problems(MediaTooLarge, MediaTypeNotAllowed, OutOfStorage, MediaIdTaken, MediaErased, Locked)
  @Repeatable(({ uploads }: MediaController, me: Caller, made) => uploads.readdress(me, MediaId.parse(theOne(made).id)))
  async reserve(
    @Me() me: Caller,
    @Body({ schema: MediaUpload }) sent: MediaUpload,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { media, isNew } = await this.reservations.reserve(me, sent);
    void reply.status(isNew ? 201 : 200);
    return this.uploads.address(media);
  }

  @Post(':id/parts')
  @Allows('media:write')
  @ApiOperation({
    summary: 'Addresses for parts of an upload',
    description: 'Of at most 100 parts at a time; and which parts the store has, to go on after a break.',
  })
  @Accepts(partsExamples)
  @Returns(PartsView, 'The addresses, and what is there')
  @Problems(MediaNotFound, MediaErased, MediaMissing, Locked)
  parts(
    @Me() me: Caller,
    @Param('id', { schema: MediaId }) id: MediaId,
    @Body({ schema: PartsAsked }) parts: PartsAsked,
  ) {
    return this.uploads.parts(me, id, parts);
  }

  @Post(':id/complete')
  @Allows('media:write')
  @ApiOperation({
    summary: 'Complete an upload',
    description:
      'Size and checksum of what is in the store are compared with what was announced: only then it is there.',
  })
  @Accepts(completionExamples)
  @Returns(WrittenMediaView, 'It is there')
  @Problems(MediaNotFound, MediaErased, MediaIncomplete, ChecksumMismatch, Locked)
  @Repeatable(({ trash }: MediaController, me: Caller, made) => trash.readWritten(me, MediaId.parse(theOne(made).id)))
  complete(
    @Me() me: Caller,
    @Param('id', { schema: MediaId }) id: MediaId,
    @Body({ schema: Completion }) _nothing: unknown,
  ) {
    return this.uploads.complete(me, id);
  }

  @Get()
  @Allows('media:read')
  @ApiOperation({
    summary: 'List media, newest first',
    description:
      'By when they were announced. Without uploads that are not complete and without thumbnails, which are named by ' +
      'what they show (`thumbnail_id`). Each comes with the key that opens it.',
  })
  @Returns(MediaPageView, 'One page')
  @Problems(Locked)
  list(@Me() me: Caller, @Query({ schema: MediaListQuery }) query: MediaListQuery) {
    return this.media.list(me, query);
  }

  @Get(':id')
  @Allows('media:read')
  @ApiOperation({ summary: 'What is known of one', description: 'With the key that opens it.' })
  @Returns(MediaView, 'Metadata and key')
  @Problems(MediaNotFound, MediaErased, Locked)
  read(@Me() me: Caller, @Param('id', { schema: MediaId }) id: MediaId) {
    return this.media.read(me, id);
  }

  @Get(':id/download')
  @Allows('media:read')
  @ApiOperation({ summary: 'An address to download the sealed bytes from', description: 'Good for a minute.' })
  @Returns(DownloadView, 'The address')
  @Problems(MediaNotFound, MediaErased, MediaIncomplete, MediaMissing, Locked)
  download(@Me() me: Caller, @Param('id', { schema: MediaId }) id: MediaId) {
    return this.media.download(me, id);
  }

  @Delete(':id')
  @Allows('media:write')
  @ApiOperation({
    summary: 'Put media into the trash, or erase it',
    description:
      'The trash keeps it for 30 days; `?permanent=true` erases it now. An upload that is not complete is given up at once.',
  })
  @Returns(RemovedMediaView, 'It is in the trash, or erased')
  @Problems(MediaNotFound, MediaErased, Locked)
  remove(
    @Me() me: Caller,
    @Param('id', { schema: MediaId }) id: MediaId,
    @Query({ schema: MediaDeletionQuery }) { permanent }: MediaDeletionQuery,
  ) {
    return permanent ? this.trash.erase(me, id) : this.trash.delete(me, id);
  }

  @Post(':id/restore')
  @Allows('media:write')
  @ApiOperation({
    summary: 'Take media out of the trash',
    description: 'Entries that name it show it again. What is not in the trash stays as it is.',
  })
  @Returns(WrittenMediaView, 'It is where it was')
  @Problems(MediaNotFound, MediaErased, Locked)
  @Repeatable(({ trash }: MediaController, me: Caller, made) => trash.readWritten(me, MediaId.parse(theOne(made).id)))
  restore(@Me() me: Caller, @Param('id', { schema: MediaId }) id: MediaId) {
    return this.trash.restore(me, id);
  }
}
