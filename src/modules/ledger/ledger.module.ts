import { Module } from '@nestjs/common';
import { Ledger } from './ledger.js';
import { LedgerUserData } from './ledger.user-data.js';

@Module({ providers: [Ledger, LedgerUserData], exports: [Ledger] })
export class LedgerModule {}
