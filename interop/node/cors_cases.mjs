// Sets of CORS rules, and what a browser lets a page do under them. The verdicts are written by hand.
//
// `app` and `evil` are the page's origins; PORT stands for their port. What a page tries:
//
//   get      GET by presigned URL, without headers of its own: no preflight, the script may read the answer or not
//   header   GET with `x-other`, a header that needs a preflight
//   head     HEAD, no preflight
//   put      PUT with `x-qs-meta-owner`
//   delete   DELETE
//   form     a form upload with progress events, which need a preflight to the bucket's root
//
// `sees` lists the headers of an answer to `get` that the script must be able to read, `hidden` those it must not.

const EVERYTHING = 'get header head put delete form';
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];
const APP = 'http://app.localhost:PORT';

export const CASES = [
  {
    name: 'no rules',
    rules: null,
    app: '',
    evil: '',
  },
  {
    name: 'an empty list of rules',
    rules: [],
    app: '',
    evil: '',
  },
  {
    name: 'one origin, all methods, all headers',
    rules: [{ allowed_origin: APP, allowed_methods: METHODS, allowed_headers: ['*'] }],
    app: EVERYTHING,
    evil: '',
    hidden: ['etag', 'x-qs-request-id'],
  },
  {
    name: 'any origin, GET only, no headers',
    rules: [{ allowed_origin: '*', allowed_methods: ['GET'] }],
    app: 'get',
    evil: 'get',
  },
  {
    name: 'any origin, any method, any header',
    rules: [{ allowed_origin: '*', allowed_methods: ['*'], allowed_headers: ['*'] }],
    app: EVERYTHING,
    evil: EVERYTHING,
  },
  {
    name: 'a wildcard for the subdomain',
    rules: [{ allowed_origin: 'http://*.localhost:PORT', allowed_methods: ['GET', 'PUT'], allowed_headers: ['x-qs-meta-owner'] }],
    app: 'get put',
    evil: 'get put',
  },
  {
    name: 'a wildcard at the end',
    rules: [{ allowed_origin: 'http://app.*', allowed_methods: ['PUT', 'DELETE'], allowed_headers: ['*'] }],
    app: 'put delete',
    evil: '',
  },
  {
    name: 'wildcards at both ends and in the middle',
    rules: [{ allowed_origin: '*://*pp.local*:PORT', allowed_methods: ['GET', 'HEAD'], allowed_headers: [] }],
    app: 'get head',
    evil: '',
  },
  {
    name: 'the other scheme',
    rules: [{ allowed_origin: 'https://app.localhost:PORT', allowed_methods: ['*'], allowed_headers: ['*'] }],
    app: '',
    evil: '',
  },
  {
    name: 'the host without its port',
    rules: [{ allowed_origin: 'http://app.localhost', allowed_methods: ['*'], allowed_headers: ['*'] }],
    app: '',
    evil: '',
  },
  {
    name: 'all methods but PUT and POST',
    rules: [{ allowed_origin: APP, allowed_methods: ['GET', 'HEAD', 'DELETE'], allowed_headers: ['*'] }],
    app: 'get header head delete',
    evil: '',
  },
  {
    name: 'POST only: a form, nothing else',
    rules: [{ allowed_origin: APP, allowed_methods: ['POST'] }],
    app: 'form',
    evil: '',
  },
  {
    name: 'headers by wildcard',
    rules: [{ allowed_origin: APP, allowed_methods: METHODS, allowed_headers: ['x-qs-*'] }],
    app: 'get head put delete form',
    evil: '',
  },
  {
    name: 'headers without regard to case',
    rules: [{ allowed_origin: APP, allowed_methods: METHODS, allowed_headers: ['X-QS-Meta-OWNER', 'X-Other'] }],
    app: EVERYTHING,
    evil: '',
  },
  {
    name: 'a header that is not the one asked for',
    rules: [{ allowed_origin: APP, allowed_methods: METHODS, allowed_headers: ['x-qs-meta-owner-2', 'x-othe'] }],
    app: 'get head delete form',
    evil: '',
  },
  {
    name: 'a rule for one origin before one for all',
    rules: [
      { allowed_origin: APP, allowed_methods: ['GET'] },
      { allowed_origin: '*', allowed_methods: ['PUT'], allowed_headers: ['*'] },
    ],
    app: 'get put',
    evil: 'put',
  },
  {
    name: 'a second rule allows the headers that the first does not',
    rules: [
      { allowed_origin: APP, allowed_methods: ['GET', 'PUT'] },
      { allowed_origin: APP, allowed_methods: ['PUT'], allowed_headers: ['x-qs-meta-owner'] },
    ],
    app: 'get put',
    evil: '',
  },
  {
    name: 'headers that scripts may read',
    rules: [{ allowed_origin: APP, allowed_methods: ['GET'], expose_headers: ['ETag', 'x-qs-request-id'] }],
    app: 'get',
    evil: '',
    sees: ['etag', 'x-qs-request-id'],
    hidden: ['date', 'server'],
  },
  {
    name: 'all headers may be read',
    rules: [{ allowed_origin: '*', allowed_methods: ['GET'], expose_headers: ['*'] }],
    app: 'get',
    evil: 'get',
    sees: ['etag', 'x-qs-request-id', 'server'],
  },
  {
    name: 'Vary: Origin, if it is asked for',
    rules: [{ allowed_origin: 'http://*.localhost:PORT', allowed_methods: ['GET'], expose_headers: ['vary'] }],
    vary: 'enabled',
    app: 'get',
    evil: 'get',
    sees: ['vary'],
  },
  {
    name: 'Vary: Origin, if it is not',
    rules: [{ allowed_origin: 'http://*.localhost:PORT', allowed_methods: ['GET'], expose_headers: ['vary'] }],
    vary: 'disabled',
    app: 'get',
    evil: 'get',
    hidden: ['vary'],
  },
];

// How many preflights two equal PUTs cost: a browser remembers an answer for `max_age_seconds`, and 0 forbids it.
export const AGES = [
  { name: 'for ten minutes', age: 600, preflights: 1 },
  { name: 'by default, for five seconds', age: undefined, preflights: 1 },
  { name: 'not at all', age: 0, preflights: 2 },
];
