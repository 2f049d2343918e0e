import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { faultsOf, invalidRequest } from './invalid-request.js';
import { MalformedRequest } from './request.problems.js';

/** Checks what a handler takes against its schema, and says where it fails: `#/title`, `#/query/limit`, `#/path/id`. */
@Injectable()
export class SchemaPipe implements PipeTransform<unknown, Promise<unknown>> {
  async transform(value: unknown, { schema, type, data }: ArgumentMetadata): Promise<unknown> {
    if (!schema) return value;
    if (type === 'body' && value === undefined)
      throw new MalformedRequest({ detail: 'The body is empty: send a JSON object.' });
    const result = await schema['~standard'].validate(value);
    if (!result.issues) return result.value;
    throw invalidRequest(faultsOf(result.issues, place(type, data)));
  }
}

function place(type: ArgumentMetadata['type'], name: string | undefined): string[] {
  if (type === 'body') return [];
  const root = type === 'param' ? 'path' : type;
  return name === undefined ? [root] : [root, name];
}
