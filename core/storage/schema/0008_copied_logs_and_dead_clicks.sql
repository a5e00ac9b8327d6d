-- A log directory that was copied makes several edges ship the same incarnation. All of them are read, and an end that a
-- copy reports is not believed while the original is being written.
alter table streams
  add column edges      text[] not null default '{}',  -- every edge that was heard to ship it, the last 16
  add column written_at timestamptz;                   -- when an edge last said that it has not ended

update streams set edges = array[edge];

-- A conversion of a click that lies in a dead letter is booked unresolved, and credited once the letter is replayed.
alter table dead_letters add column click_id uuid;  -- null: the letter cannot be decoded, or its click has no id
create index on dead_letters (click_id) where replayed_at is null;
create index on dead_letters (created_at) where replayed_at is null and reason = 'decode';
