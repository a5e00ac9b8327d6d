-- Pings are taken as events are, within the limits of their endpoint and account: one index finds both, endpoint by
-- endpoint.

create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, is_test, next_attempt_at)
  where status = 'waiting';
drop index webhook_deliveries_endpoint_id_next_attempt_at_idx;
drop index webhook_deliveries_next_attempt_at_idx;
