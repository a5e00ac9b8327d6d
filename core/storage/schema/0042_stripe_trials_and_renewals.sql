-- Who began a trial by Stripe's Checkout: its first paid invoice is judged by it (SE-65), and then it is forgotten here.
alter table stripe_objects
  add column buyer_email text;
create index on stripe_objects (lower(buyer_email)) where buyer_email is not null;

-- Renewals that were not credited are found by their subscription when its first sale may earn again, and then their
-- refunds, which were nobody's, by their payment.
create index on stripe_events using gin (awaits) where outcome = 'not_credited';
create index on stripe_events using gin (awaits) where outcome = 'of_nobody';
