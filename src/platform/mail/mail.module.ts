import { Module } from '@nestjs/common';
import { Mail } from './mail.js';

@Module({ providers: [Mail], exports: [Mail] })
export class MailModule {}
