// What is configured on a bucket.

import { cannot, equal, ok, raw, refused, startOrigin, status, step, waitFor, ZONES } from './harness.mjs';
import * as sdk from './sdk.mjs';

export async function run() {
  const one = await sdk.made('js-settings');
  await status(one.putObject('k', { body: 'hello' }), 201);

  await step('ACL: everybody may read, then nobody', async () => {
    const grantee = { type: 'group', name: 'QS_ALL_USERS' };
    await refused(raw('GET', '/js-settings/k'), 403, 'permission_denied');
    await status(one.putACL({ acl: [{ grantee, permission: 'READ' }] }), 200);
    const { data } = await status(one.getACL(), 200);
    ok(data.owner.id && data.acl.some((entry) => entry.grantee.name === 'QS_ALL_USERS'), JSON.stringify(data));
    equal((await status(raw('GET', '/js-settings/k'), 200)).data.toString(), 'hello');
    const owner = { grantee: { type: 'user', id: data.owner.id }, permission: 'FULL_CONTROL' };
    await status(one.putACL({ acl: [owner] }), 200);
    await refused(raw('GET', '/js-settings/k'), 403, 'permission_denied');
  });

  cannot('clear an ACL with an empty list', 'it takes an empty list for a missing value');
  cannot('ask a preflight question', 'it looks for the origin under a name in other case than the one it has set');

  await step('CORS: stored, in force, deleted', async () => {
    const rule = {
      allowed_origin: 'https://*.example.com',
      allowed_methods: ['GET', 'PUT'],
      allowed_headers: ['x-qs-date'],
      expose_headers: ['etag'],
      max_age_seconds: 300,
    };
    await status(one.putCORS({ cors_rules: [rule] }), 200);
    equal((await status(one.getCORS(), 200)).data.cors_rules, [rule]);
    const ask = { Origin: 'https://a.example.com', 'Access-Control-Request-Method': 'PUT' };
    const more = { ...ask, 'Access-Control-Request-Headers': 'x-qs-date' };
    const { headers } = await status(raw('OPTIONS', '/js-settings/k', more), 200);
    equal(headers['access-control-allow-origin'], 'https://a.example.com');
    equal(headers['access-control-max-age'], '300');
    equal(headers['access-control-expose-headers'].toLowerCase(), 'etag');
    const other = await status(raw('OPTIONS', '/js-settings/k', { ...ask, Origin: 'https://example.org' }), 200);
    equal(other.headers['access-control-allow-origin'], undefined);
    await status(one.deleteCORS(), 204);
    equal((await status(one.getCORS(), 200)).data.cors_rules, []);
  });

  await step('policy: in force, deleted', async () => {
    const statement = { id: 'all', user: ['*'], action: ['get_object'], effect: 'allow', resource: ['js-settings/*'] };
    await status(one.putPolicy({ statement: [statement] }), 200);
    equal((await status(one.getPolicy(), 200)).data.statement, [statement]);
    await status(raw('GET', '/js-settings/k'), 200);
    await status(one.deletePolicy(), 204);
    await refused(raw('GET', '/js-settings/k'), 403, 'permission_denied');
  });

  await step('lifecycle: stored, deleted', async () => {
    const rule = { id: 'old', status: 'enabled', filter: { prefix: 'logs/' }, expiration: { days: 30 } };
    await status(one.putLifecycle({ rule: [rule] }), 200);
    const { data } = await status(one.getLifecycle(), 200);
    equal([data.rule[0].id, data.rule[0].expiration.days], ['old', 30]);
    await status(one.deleteLifecycle(), 204);
    equal((await status(one.getLifecycle(), 200)).data.rule ?? [], []);
  });

  await step('logging: stored, deleted', async () => {
    await sdk.made('js-log-files');
    await status(one.putLogging({ target_bucket: 'js-log-files', target_prefix: 'a-' }), 200);
    const { data } = await status(one.getLogging(), 200);
    equal([data.target_bucket, data.target_prefix], ['js-log-files', 'a-']);
    await status(one.deleteLogging(), 204);
  });

  await step('notification: stored, delivered, deleted', async () => {
    const origin = await startOrigin();
    const rule = {
      id: 'tell us',
      event_types: ['create_object'],
      object_filters: ['*.jpg'],
      cloudfunc: 'notifier',
      notify_url: `${origin.url}/hook`,
    };
    await status(one.putNotification({ notifications: [rule] }), 200);
    equal((await status(one.getNotification(), 200)).data.notifications[0].id, 'tell us');
    await status(one.putObject('a.txt', { body: 'x' }), 201);
    await status(one.putObject('a.jpg', { body: 'x' }), 201);
    await waitFor(() => origin.posted.length > 0, 'the notification');
    const [event] = JSON.parse(origin.posted[0]).events;
    equal([event.event_type, event.qingstor.object.name], ['create_object', 'a.jpg']);
    await status(one.deleteNotification(), 204);
    origin.close();
  });

  await step('mirror: stored, in force, deleted', async () => {
    const origin = await startOrigin({ '/site/far.txt': 'mirrored' });
    await status(one.putExternalMirror({ source_site: `${origin.url}/site/` }), 200);
    equal((await status(one.getExternalMirror(), 200)).data.source_site, `${origin.url}/site/`);
    equal((await status(one.getObject('far.txt'), 200)).data, 'mirrored');
    await status(one.deleteExternalMirror(), 204);
    origin.close();
  });

  await step('CNAME: bound, listed, unbound (DELETE with a body)', async () => {
    await status(one.putCNAME({ domain: 'js.example.com', type: 'normal' }), 200);
    equal((await status(one.getCNAME({ type: 'normal' }), 200)).data.cname_records[0].domain, 'js.example.com');
    await status(one.deleteCNAME({ domain: 'js.example.com' }), 204);
    equal((await status(one.getCNAME(), 200)).data.count, 0);
  });

  await step('replication: stored, deleted', async () => {
    await status(sdk.bucket('js-replica', ZONES[1], { host: 'localhost' }).put(), 201);
    const rule = { id: 'there', filters: { prefix: 'c/' }, destination: { bucket: 'js-replica' } };
    await status(one.putReplication({ rules: [rule] }), 200);
    equal((await status(one.getReplication(), 200)).data.rules[0].destination.bucket, 'js-replica');
    await status(one.deleteReplication(), 204);
  });
}
