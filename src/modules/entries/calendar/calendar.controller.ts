import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problems, Returns } from '../../../platform/http/returns.js';
import { Allows } from '../../../platform/http/scopes.js';
import { Locked } from '../../auth/auth.problems.js';
import { type Caller, Me } from '../../auth/caller.js';
import { CalendarQuery, CalendarView, OnThisDayQuery, OnThisDayView } from './calendar.schema.js';
import { CalendarService } from './calendar.service.js';

@ApiTags('entries')
@Controller('entries')
export class CalendarController {
  constructor(private readonly calendars: CalendarService) {}

  @Get('calendar')
  @Allows('entries:read')
  @ApiOperation({
    summary: 'Days that have entries, and streaks',
    description: 'Days are the writer’s: an entry that is dated back to a missed day repairs the streak.',
  })
  @Returns(CalendarView, 'Days with counts, and the streaks of the whole diary')
  @Problems(Locked)
  calendar(@Me() me: Caller, @Query({ schema: CalendarQuery }) query: CalendarQuery) {
    return this.calendars.calendar(me, query);
  }

  @Get('on-this-day')
  @Allows('entries:read')
  @ApiOperation({
    summary: 'Entries of the same day in other years',
    description:
      'Earlier and later ones, whole, without the trash and without the year of `date`. 29 February is found on 29 ' +
      'February alone.',
  })
  @Returns(OnThisDayView, 'The newest year first, 200 at most')
  @Problems(Locked)
  onThisDay(@Me() me: Caller, @Query({ schema: OnThisDayQuery }) { date }: OnThisDayQuery) {
    return this.calendars.onThisDay(me, date);
  }
}
