-- When an event that waits is tried again.
alter table stripe_events
  add column retry_at timestamptz not null default now() + interval '5 seconds';
create index on stripe_events (retry_at) where outcome = 'waiting';

-- What Stripe says was paid: a merchant who reported the sale as well may have said another amount.
alter table stripe_objects
  add column paid_minor    bigint,
  add column paid_currency char(3),
  add column first_invoice text;               -- of a subscription: the invoice that is booked as its sale
