import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { faultsOf, invalidRequest } from './invalid-request.js';

/** Checks what a handler takes against its schema, and says where it fails: `#/title`, `#/query/limit`, `#/path/id`. */
@Injectable()
export class SchemaPipe implements PipeTransform<unknown, Promise<unknown>> {
  async transform(value: unknown, { schema, type, data }: ArgumentMetadata): Promise<unknown> {
    if (!schema) return value;
    const result = await schema['~standard'].validate(type === 'body' ? (value ?? {}) : value);
    if (!result.issues) return result.value;
    throw invalidRequest(...faultsOf(result.issues, place(type, data)));
  }
}

function place(type: ArgumentMetadata['type'], name: string | undefined): string[] {
  if (type === 'body') return [];
  const root = type === 'param' ? 'path' : type;
  return name === undefined ? [root] : [root, name];
}
