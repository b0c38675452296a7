type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Json;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Json }>> }>
  >;
}

/** The OpenAPI document as a page: no scripts, nothing from elsewhere. Everything that is not ours is escaped. */
export function docsPage(document: Json): string {
  const { title = '', version = '', description = '' } = document['info'] as Readonly<Record<string, string>>;
  const paths = Object.entries(document['paths'] as Readonly<Record<string, { readonly get?: Operation }>>);
  const questions = paths.flatMap(([path, { get }]) => (get === undefined ? [] : [{ path, operation: get }]));
  const byTag = Map.groupBy(questions, ({ operation }) => operation.tags?.[0] ?? '');
  const sections = [...byTag].map(
    ([tag, found]) =>
      `<section id="${text(idOf(tag))}"><h2>${text(tag)}</h2>${found.map(questionHtml).join('')}</section>`,
  );
  const links = [...byTag.keys()].map((tag) => `<li><a href="#${text(idOf(tag))}">${text(tag)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header><h1>${text(title)} <small>${text(version)}</small></h1>
<p>${text(description)} The same for programs: <a href="/openapi.json">/openapi.json</a>.</p></header>
<nav aria-label="Parts"><ul>${links.join('')}</ul></nav>
<main>${sections.join('\n')}</main>
</body>
</html>
`;
}

const idOf = (tag: string): string => tag.replaceAll(/[^\w]+/g, '-');

function questionHtml({ path, operation }: { readonly path: string; readonly operation: Operation }): string {
  const parameters = operation.parameters ?? [];
  const schema = operation.responses?.['200']?.content?.['application/json']?.schema;
  const asked = path.includes('{') || parameters.some(({ required }) => required === true);
  const link = asked ? '' : `<p><a href="${text(path)}">ask it</a></p>`;
  return `<details><summary><code>GET ${text(path)}</code> <span>${text(operation.summary ?? '')}</span></summary>
${parameters.length === 0 ? '' : parametersHtml(parameters)}${link}
${schema === undefined ? '' : `<h3>Answer</h3><pre tabindex="0">${text(JSON.stringify(schema, null, 2))}</pre>`}</details>`;
}

function parametersHtml(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, in: place, required, description, schema = {} }) => {
    const { description: about, ...rule } = schema;
    const told = description ?? (typeof about === 'string' ? about : '');
    return `<tr><th scope="row"><code>${text(name)}</code></th><td>${text(place)}${required === true ? ', required' : ''}</td>
<td>${text(told)} <code>${text(JSON.stringify(rule))}</code></td></tr>`;
  });
  return `<table><thead><tr><th>parameter</th><th>in</th><th>what</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function text(raw: string): string {
  return raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Of the page: light and dark, wide and narrow. */
export const DOCS_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 small { font-size: 0.5em; font-weight: normal; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; padding: 0; }
details { border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: 0.4rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
pre { max-height: 24rem; overflow: auto; padding: 0.5rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }
`;
