import { type Html, html } from './html.ts';
import type { OfferedService, StartFacts } from './start-facts.ts';
import { startStyle } from './start-style.ts';

/** What a browser shows readably. */
const SHOWN = '_format=application/json&_pretty=true';

/** The page at the root of the server: what it is, what it has, and addresses to try. A whole HTML document. */
export function startPage(facts: StartFacts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ramus: FHIR R4 clinical content server</title>
<link rel="icon" href="data:,">
<style>${{ html: startStyle }}</style>
</head>
<body>
<main>
<h1>Ramus</h1>
<p class="lead">A FHIR R4 clinical content server: computable guidelines, served through FHIR REST and CDS Hooks.</p>
${draftNotice(facts.services)}
<div class="cards">
${addresses(facts)}
${links(facts)}
${services(facts.services)}
${counts(facts)}
${heldBack(facts)}
${remarks(facts.remarks)}
</div>
</main>
</body>
</html>
`;
  return page.html;
}

function draftNotice(offered: readonly OfferedService[]): Html {
  if (!offered.some(({ status }) => status === 'draft')) return html``;
  return html`<p class="draft" role="note"><strong>Draft content.</strong> Some of the services below come from plans that no clinician has
released yet. They are here to be tried and reviewed, not to be used in care.</p>`;
}

function addresses({ baseUrl, cdsUrl, store }: StartFacts): Html {
  return html`<section aria-labelledby="addresses"><h2 id="addresses">Addresses</h2>
<dl>
<dt>FHIR R4 base</dt><dd><code>${baseUrl}</code></dd>
<dt>CDS discovery</dt><dd><code>${cdsUrl}</code></dd>
<dt>Store</dt><dd>${store}</dd>
</dl></section>`;
}

function links({ baseUrl, cdsUrl }: StartFacts): Html {
  return html`<section aria-labelledby="try"><h2 id="try">To try</h2>
<ul>
<li><a href="${baseUrl}/metadata?${SHOWN}">What this server can do</a> <span class="soft">CapabilityStatement</span></li>
<li><a href="${baseUrl}/PlanDefinition?_elements=url,version,title,status&amp;_count=10&amp;${SHOWN}">Plans by title</a> <span class="soft">search</span></li>
<li><a href="${baseUrl}/Questionnaire?_count=1&amp;${SHOWN}">A questionnaire</a> <span class="soft">search, one hit</span></li>
<li><a href="${baseUrl.replace(/fhir$/, 'openapi.json')}">The REST API for tools</a> <span class="soft">OpenAPI</span></li>
<li><a href="${cdsUrl}">Services for an EHR</a> <span class="soft">CDS Hooks discovery</span></li>
</ul></section>`;
}

function services(offered: readonly OfferedService[]): Html {
  const rows = offered.map(
    ({ id, hook, title, status }) =>
      html`<li><strong>${title}</strong> <span class="status ${status === 'draft' ? 'draft-status' : ''}">${status}</span><br>
<span class="soft">service <code>${id}</code> on hook <code>${hook}</code></span></li>`,
  );
  return html`<section aria-labelledby="services"><h2 id="services">CDS services offered</h2>
${rows.length ? html`<ul>${rows}</ul>` : html`<p class="soft">None.</p>`}</section>`;
}

function counts({ baseUrl, counts: loaded }: StartFacts): Html {
  const rows = [...loaded]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([type, count]) =>
        html`<tr><th scope="row"><a href="${baseUrl}/${type}?_count=10&amp;${SHOWN}">${type}</a></th><td>${count}</td></tr>`,
    );
  return html`<section aria-labelledby="content"><h2 id="content">Content loaded</h2>
${rows.length ? html`<table><tbody>${rows}</tbody></table>` : html`<p class="soft">None.</p>`}</section>`;
}

function heldBack({ heldBack: plans }: StartFacts): Html {
  if (plans.length === 0) return html``;
  const rows = plans.map((sentence) => html`<li>${sentence}</li>`);
  return html`<section class="wide" aria-labelledby="held"><h2 id="held">Plans held back</h2><ul>${rows}</ul></section>`;
}

function remarks(sentences: readonly string[]): Html {
  if (sentences.length === 0) return html``;
  return html`<section class="wide" aria-labelledby="remarks"><h2 id="remarks">Remarks</h2><ul>${sentences.map((each) => html`<li>${each}</li>`)}</ul></section>`;
}
