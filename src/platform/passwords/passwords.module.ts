import { Module } from '@nestjs/common';
import { Argon2Pool } from './argon2-pool.js';

@Module({ providers: [Argon2Pool], exports: [Argon2Pool] })
export class PasswordsModule {}
