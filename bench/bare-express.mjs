// The least that Express can do: the bytes of one of 10,000 resources from memory.
import express from 'express';
import { observation } from './seed.mjs';

const bodies = new Map(Array.from({ length: 10_000 }, (_, i) => [`o${i}`, Buffer.from(JSON.stringify(observation(i)))]));
const app = express();
app.disable('etag');
app.disable('x-powered-by');
app.get('/fhir/Observation/:id', (request, response) => {
  response.setHeader('Content-Type', 'application/fhir+json; charset=utf-8');
  response.end(bodies.get(request.params.id));
});
app.listen(Number(process.env.PORT), '127.0.0.1');
