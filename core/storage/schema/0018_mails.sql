-- Mails that are to be sent. A row says which kind of mail goes to whom, and what it is about; the text, and a link with
-- a token, are made when it is sent, so that no secret waits here. What was sent is deleted, what could not be sent is
-- kept for a while.
create table mails (
  id              bigint generated always as identity primary key,
  public_id       text not null unique,        -- mail_…, in the Message-ID
  kind            text not null,
  recipient       text not null,
  about           bigint,                      -- the row that it tells of, as the kind says
  status          text not null default 'waiting' check (status in ('waiting', 'failed')),
  attempts        int not null default 0,
  next_attempt_at timestamptz not null default now(),
  error           text,                        -- of the last attempt
  created_at      timestamptz not null default now()
);
-- One mail of a kind about a thing is enough as long as nobody has tried to send it.
create unique index mails_untried on mails (kind, lower(recipient), coalesce(about, 0))
  where status = 'waiting' and attempts = 0;
create index on mails (next_attempt_at) where status = 'waiting';
create index on mails (created_at);
