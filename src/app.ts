import { type DynamicModule, StandardSchemaSerializerInterceptor, type Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { CrossSite, InsufficientScope, SignedOut } from './modules/auth/auth.problems.js';
import { cookieSchemes } from './modules/auth/sessions/session-cookies.js';
import { closeQuietConnections } from './platform/http/connections.js';
import { Config } from './platform/config/config.js';
import { allowOrigins } from './platform/http/cors.js';
import { fastifyAdapter, readJsonStrictly } from './platform/http/http-server.js';
import { buildOpenApi } from './platform/http/openapi.js';
import { ProblemFilter } from './platform/http/problem.filter.js';
import { addResponseHeaders } from './platform/http/response-headers.js';
import { SchemaPipe } from './platform/http/schema.pipe.js';
import { logAnswers } from './platform/log/access-log.js';
import { startLogging, untilLogging } from './platform/log/logger.js';
import { measureAnswers } from './platform/metrics/http-metrics.js';
import { traceRequests } from './platform/tracing/tracing.js';
import { publicRoutes } from './public-routes.js';

export const BASE = 'api/v1';

/** An HTTP application of the given module, dressed with all that every request passes through; not listening yet. */
export async function createApp(module: DynamicModule | Type, config: Config): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(config), {
    ...untilLogging,
    bodyParser: false,
    routeConflictPolicy: { duplicate: 'error' },
  });
  startLogging(app);
  await traceRequests(app, config);
  dress(app);
  logAnswers(app);
  measureAnswers(app);
  // Made when somebody first asks for it, in half a second, by which every start is shorter.
  SwaggerModule.setup(`${BASE}/docs`, app, () => openApiOf(app), {
    jsonDocumentUrl: `${BASE}/openapi.json`,
    yamlDocumentUrl: `${BASE}/openapi.yaml`,
    customSiteTitle: 'Daybook API',
    swaggerOptions: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true },
  });
  return app;
}

/** What every request passes through, said once. */
function dress(app: NestFastifyApplication): void {
  setBase(app);
  allowOrigins(app, BASE);
  addResponseHeaders(app);
  closeQuietConnections(app);
  readJsonStrictly(app);
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(new SchemaPipe());
  app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
}

/** The contract of the application, without starting it: `preview` builds no provider, so no database is asked. */
export async function describeApp(module: DynamicModule | Type): Promise<OpenAPIObject> {
  const app = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(Config.placeholder()), {
    preview: true,
    logger: false,
    bodyParser: false,
  });
  setBase(app);
  return openApiOf(app);
}

/** Probes are outside the base: they are for whoever runs the server. */
const setBase = (app: NestFastifyApplication) =>
  app.setGlobalPrefix(BASE, { exclude: ['health', 'health/live', 'health/ready'] });

const openApiOf = (app: NestFastifyApplication) =>
  buildOpenApi(app, {
    publicRoutes,
    closed: [SignedOut, CrossSite, InsufficientScope],
    signedIn: ['bearer', 'access_cookie'],
    cookies: cookieSchemes,
  });
