-- Calls to affiliates' trackers (S2S postbacks) are sent as webhooks are: an endpoint is one or the other. The body of a
-- postback's event is the URL that is called.
alter table webhook_endpoints
  add column kind         text not null default 'webhook' check (kind in ('webhook', 'postback')),
  add column campaign_id  bigint references campaigns,   -- of a postback: only conversions of this campaign …
  add column affiliate_id bigint references affiliates,  -- … and of this affiliate
  alter column sealed_secret drop not null,
  add constraint webhook_endpoints_signed check ((kind = 'webhook') = (sealed_secret is not null)),
  add constraint webhook_endpoints_of_somebody
    check ((kind = 'webhook') = (campaign_id is null and affiliate_id is null));
