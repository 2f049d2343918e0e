import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { AppModule } from './app.module.js';
import { describeApp } from './app.js';
import { Config } from './platform/config/config.js';

/** Writes the contract to the file that is named, or to standard output. */
const [, , file] = process.argv;
const document = `${JSON.stringify(await describeApp(AppModule.with(Config.placeholder())), null, 2)}\n`;
if (file === undefined) process.stdout.write(document);
else writeFileSync(file, document);
