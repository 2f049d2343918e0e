import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule, type SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';
import { EXAMPLES, type Examples } from './accepts.js';
import type { ProblemClass } from './problem.js';
import { problems } from './problem.js';
import type { PublicRoutes } from './public-routes.js';
import {
  BodyTooLarge,
  InvalidRequest,
  MalformedRequest,
  Unavailable,
  Unexpected,
  UnsupportedMediaType,
} from './request.problems.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';
const problemContent = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

export interface Contract {
  readonly publicRoutes: PublicRoutes;
  /** What any closed route answers to those who are not signed in. */
  readonly signedOut: ProblemClass;
}

/** Turns zod 4 into OpenAPI 3.1: schemas with `.meta({ id })` become components. */
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
  });
  const { $schema: _, $defs = {}, ...root } = json;
  const components = { ...($defs as Record<string, { id?: string }>) };
  for (const component of Object.values(components)) delete component.id;
  return { schema: root, components };
};

/** The published contract, from the code alone: no database is asked. */
export function buildOpenApi(app: INestApplication, contract: Contract): OpenAPIObject {
  const document = SwaggerModule.createDocument(app, describe(), {
    standardSchemaConverter,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '').toLowerCase()}_${method}`,
  });
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) complete(operation, `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, contract);
    }
  return document;
}

const describe = () =>
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
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'at+jwt', description: 'an access token' })
    .addTag('auth', 'Accounts, and the ways in and out of them')
    .addTag('entries', 'The diary')
    .addTag('health', 'For probes')
    .build();

/** Says of an operation what holds for every route of its kind, so that no route has to. */
function complete(operation: Operation, route: string, { publicRoutes, signedOut }: Contract): void {
  const isOpen = Object.hasOwn(publicRoutes, route);
  operation.security = isOpen ? [] : [{ bearer: [] }];
  placeExamples(operation);
  asProblems(operation);
  if (!isOpen) addProblem(operation, signedOut);
  if (operation.requestBody)
    for (const kind of [MalformedRequest, BodyTooLarge, UnsupportedMediaType]) addProblem(operation, kind);
  if (operation.requestBody || operation.parameters?.length) addProblem(operation, InvalidRequest);
  addProblem(operation, Unavailable);
  addProblem(operation, Unexpected);
}

function placeExamples(operation: Operation & { [EXAMPLES]?: Examples }): void {
  const { requestBody, [EXAMPLES]: examples } = operation;
  const json = requestBody && 'content' in requestBody ? requestBody.content[JSON_TYPE] : undefined;
  if (json && examples) json.examples = { ...examples };
  delete operation[EXAMPLES];
}

/** Problems were documented by status and schema alone; their media type is their own. */
function asProblems({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses))
    if (Number(status) >= 400 && response && 'content' in response && response.content?.[JSON_TYPE])
      response.content = problemContent;
}

function addProblem({ responses }: Operation, { kind }: ProblemClass): void {
  const line = problemLine(kind.type);
  const there = responses[String(kind.status)];
  if (there && 'description' in there && !there.description?.includes(line)) there.description += `  \n${line}`;
  if (!there) responses[String(kind.status)] = { description: line, content: problemContent };
}

export const problemLine = (type: string): string => `\`${type}\`: ${problems.get(type)?.title ?? ''}`;
