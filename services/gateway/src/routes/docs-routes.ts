import type { FastifyInstance } from 'fastify';
import { DOCS_STYLE, docsPage } from '../docs/docs-page.ts';

/** Its own style and nothing else: no script, no frame, nothing from elsewhere. */
const SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The OpenAPI document for people, at `/docs`. */
export function addDocsRoutes(server: FastifyInstance): void {
  let page: string | undefined;
  server.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    page ??= docsPage(server.swagger() as unknown as Readonly<Record<string, unknown>>);
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', SECURITY_POLICY)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(page);
  });
  server.get('/docs/style.css', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('x-content-type-options', 'nosniff').send(DOCS_STYLE),
  );
}
