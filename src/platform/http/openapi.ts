import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule, type SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';
import { EXAMPLES, type Examples } from './accepts.js';
import { UNLIMITED } from '../limits/limits.guard.js';
import type { ProblemClass, ProblemKind } from './problem.js';
import { ProblemView } from './problem.schema.js';
import type { PublicRoutes } from './public-routes.js';
import { PROBLEMS } from './returns.js';
import {
  BodyTooLarge,
  InProgress,
  InvalidRequest,
  MalformedRequest,
  TooManyRequests,
  Unavailable,
  Unexpected,
  UnsupportedMediaType,
} from './request.problems.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

type PathItem = OpenAPIObject['paths'][string];
type Annotated = NonNullable<PathItem['get']> & {
  [EXAMPLES]?: Examples;
  [UNLIMITED]?: true;
};

export interface Contract {
  readonly publicRoutes: PublicRoutes;
  /** What any closed route answers to those who are not signed in, or may not do this. */
  readonly closed: readonly ProblemClass[];
  /** The names of the schemes, each of which opens any closed route. */
  readonly signedIn: readonly string[];
  /** The schemes that are cookies, by name. */
  readonly cookies: Readonly<Record<string, { readonly name: string; readonly description: string }>>;
}

/** Turns zod 4 into OpenAPI 3.1: schemas with `.meta({ id })` become components, their `examples` wait in them. */
const standardSchemaConverter: NonNullable<SwaggerDocumentOptions['standardSchemaConverter']> = (
  schema,
  { schemaType },
) => {
  if (!(schema instanceof z.ZodType)) return undefined;
  const json: Record<string, unknown> = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: schemaType,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => nameBase64url(jsonSchema),
  });
  const { $schema: _, $defs = {}, ...root } = json;
  const components = { ...($defs as Record<string, { id?: string }>) };
  for (const component of Object.values(components)) delete component.id;
  return { schema: root, components };
};

/** base64url by its registered OpenAPI format: Swagger UI shows no operation whose `contentEncoding` it does not know. */
function nameBase64url(schema: { contentEncoding?: string; format?: string }): void {
  if (schema.contentEncoding !== 'base64url') return;
  delete schema.contentEncoding;
  schema.format = 'base64url';
}

/** The published contract, from the code alone: no database is asked. */
export function buildOpenApi(app: INestApplication, contract: Contract): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, describe(contract), {
    standardSchemaConverter,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}_${method}`,
  });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemSchema() },
  };
  const answers = takeExamples(document);
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      placeAnswerExamples(operation, answers);
      complete(operation, `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, contract);
    }
  return document;
}

const problemSchema = () => standardSchemaConverter(ProblemView, { schemaType: 'output' })?.components?.['Problem'];

function describe({ cookies }: Contract) {
  const builder = describeServer();
  for (const [scheme, { name, description }] of Object.entries(cookies))
    builder.addCookieAuth(name, { type: 'apiKey', in: 'cookie', description }, scheme);
  return builder.build();
}

const describeServer = () =>
  new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Daybook')
    .setVersion('1')
    .setDescription(
      'A private diary in two tiers. `e2e`: the client encrypts, the server can read no content. `uce`: the server ' +
        'encrypts with a key that only the user’s password, recovery code or session opens.\n\n' +
        'To try it here: *Sign up* with the example, copy `access_token` into *Authorize*, write an entry.',
    )
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/', 'this server')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'at+jwt',
      description: 'an access token, or an API key where a route has x-api-key-scope',
    })
    .addTag('auth', 'Accounts, and the ways in and out of them')
    .addTag('entries', 'The diary')
    .addTag('media', 'Photos, sound and video')
    .addTag('search', 'Private search, for uce; e2e clients search on their own')
    .addTag('inbox', 'What comes while its owner is away')
    .addTag('integrations', 'Facebook, both ways')
    .addTag('jobs', 'Following what takes long')
    .addTag('health', 'For probes');

/** Says of an operation what holds for every route of its kind, so that no route has to. */
function complete(operation: Annotated, route: string, { publicRoutes, closed, signedIn }: Contract): void {
  const isOpen = Object.hasOwn(publicRoutes, route);
  const takesBody = operation.requestBody !== undefined;
  const takesInput = takesBody || (operation.parameters?.length ?? 0) > 0;
  const common = [
    ...(isOpen ? [] : closed),
    ...(takesBody ? [MalformedRequest, BodyTooLarge, UnsupportedMediaType] : []),
    ...(takesInput ? [InvalidRequest] : []),
    ...(operation[UNLIMITED] ? [] : [TooManyRequests]),
    Unavailable,
    Unexpected,
  ];
  delete operation[UNLIMITED];
  operation.security = isOpen ? (operation.security ?? []) : signedIn.map((scheme) => ({ [scheme]: [] }));
  placeExamples(operation);
  listProblems(operation, [...takeProblems(operation), ...common.map(({ kind }) => kind)]);
}

/** What the handler's own lists say, which leave the document here. */
function takeProblems(operation: Annotated): ProblemKind[] {
  const lists = Object.entries(operation).filter(([name]) => name.startsWith(PROBLEMS));
  for (const [name] of lists) delete operation[name as keyof Annotated];
  return lists.flatMap(([, kinds]) => kinds as ProblemKind[]);
}

function placeExamples(operation: Annotated): void {
  const { requestBody, [EXAMPLES]: examples } = operation;
  const json = requestBody && 'content' in requestBody ? requestBody.content[JSON_TYPE] : undefined;
  if (json && examples) json.examples = { ...examples };
  delete operation[EXAMPLES];
}

/** The examples of every component that has some, by what refers to it; they leave the components, whose readers need none. */
function takeExamples({ components }: OpenAPIObject): Map<string, Examples> {
  const taken = new Map<string, Examples>();
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
    if ('$ref' in schema || !schema.examples || Array.isArray(schema.examples)) continue;
    taken.set(`#/components/schemas/${name}`, schema.examples);
    delete schema.examples;
  }
  return taken;
}

/** Puts the examples of a component beside each answer that it is, so that they have names there: one for each tier. */
function placeAnswerExamples({ responses }: Annotated, answers: ReadonlyMap<string, Examples>): void {
  for (const response of Object.values(responses)) {
    const json = response && 'content' in response ? response.content?.[JSON_TYPE] : undefined;
    const examples = json?.schema && '$ref' in json.schema ? answers.get(json.schema.$ref) : undefined;
    if (json && examples) json.examples = { ...examples };
  }
}

function listProblems(operation: Annotated, kinds: readonly ProblemKind[]): void {
  for (const [status, same] of Map.groupBy(kinds, (kind) => kind.status))
    operation.responses[String(status)] = {
      description: same.map(({ type, title }) => `\`${type}\`: ${title}`).join('  \n'),
      ...headersOf(same),
      content: {
        [PROBLEM_TYPE]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(
            same.map((kind) => [kind.type, { summary: kind.title, value: exampleOf(kind) }]),
          ),
        },
      },
    };
}

const retryHeader = {
  'Retry-After': { description: 'seconds until it is worth trying again', schema: { type: 'integer' as const } },
};
const limitHeaders = {
  ...retryHeader,
  'RateLimit-Policy': { description: 'the limits that were looked at', schema: { type: 'string' as const } },
  RateLimit: { description: 'what is left of them, and for how long', schema: { type: 'string' as const } },
};

function headersOf(kinds: readonly ProblemKind[]) {
  const types = new Set(kinds.map(({ type }) => type));
  if (types.has(TooManyRequests.kind.type)) return { headers: limitHeaders };
  return types.has(InProgress.kind.type) ? { headers: retryHeader } : {};
}

const exampleOf = ({ type, title, status, detail }: ProblemKind) => ({
  type,
  title,
  status,
  detail,
  instance: 'urn:uuid:0c9a5f0e-5d0b-4a6c-9d0e-2f1f4f4a7c11',
  ...(type === InvalidRequest.kind.type && {
    errors: [{ pointer: '#/field', detail: 'is not a field of this request' }],
  }),
});
